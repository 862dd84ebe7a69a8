/* simulator.c - see simulator.h. */
#include "config.h"

#include "simulator.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

struct simulator {
	pid_t	 pid;
	int	 input;                 /* it ends when this closes */
	char	*scenario, *log, *trace;
	char	 url[64];
	size_t	 read;                  /* of the log */
	int64_t	*pieces;
	size_t	 n_pieces;
};

static char *
made_file(const char *folder, const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", folder, name);
	struct err err = { 0 };
	if (file_replace(path, text, strlen(text), 0600, &err) < 0)
		fatal("%s", err.text);
	return path;
}

static void
run(const struct simulator *s, int in, int out)
{
	const char *program = getenv("ADIT_SIM");
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execl(program, program, "--port", "0", "--scenario", s->scenario, "--log", s->log, "--trace",
	    s->trace, "--with-parent", (char *)NULL);
	_exit(127);
}

struct simulator *
simulator_start(const char *folder, const char *steps)
{
	char *rules = mem_printf("{\"rules\":[{\"match\":{\"operation\":\"ConverseStream\"},"
				 "\"answer\":%s}]}\n", steps);
	struct simulator *s = simulator_start_scenario(folder, rules);
	free(rules);
	return s;
}

struct simulator *
simulator_start_scenario(const char *folder, const char *scenario)
{
	struct simulator *s = mem_alloc(sizeof *s);
	s->scenario = made_file(folder, "scenario.json", scenario);
	s->log = made_file(folder, "log", "");
	s->trace = made_file(folder, "trace", "");
	int in[2], out[2];
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || (s->pid = fork()) < 0)
		fatal("adit-sim: %s", strerror(errno));
	if (s->pid == 0)
		run(s, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	s->input = in[1];
	FILE *said = fdopen(out[0], "r");
	if (said == NULL || fscanf(said, "listening %63s", s->url) != 1)
		fatal("adit-sim did not start");
	fclose(said);
	return s;
}

void
simulator_end(struct simulator *s)
{
	close(s->input);
	kill(s->pid, SIGTERM);
	waitpid(s->pid, NULL, 0);
	free(s->scenario);
	free(s->log);
	free(s->trace);
	free(s->pieces);
	free(s);
}

const char *
simulator_url(const struct simulator *s)
{
	return s->url;
}

static void
read_whole(const char *path, struct buf *to)
{
	struct err err = { 0 };
	if (file_read(path, 1 << 28, to, &err) < 0)
		fatal("%s", err.text);
}

int64_t
simulator_asked_at(struct simulator *s)
{
	int64_t asked = -1;
	struct buf log = { 0 };
	read_whole(s->log, &log);
	for (char *line = log.s + s->read; s->read < log.len; line = log.s + s->read) {
		char *end = memchr(line, '\n', log.len - s->read);
		if (end == NULL)
			break;
		*end = '\0';
		const char *t = strstr(line, "\"t_ns\":");
		if (t != NULL && strstr(line, "\"operation\":\"ConverseStream\"") != NULL)
			asked = strtoll(t + strlen("\"t_ns\":"), NULL, 10);
		s->read = (size_t)(end - log.s) + 1;
	}
	buf_done(&log);
	return asked;
}

const int64_t *
simulator_pieces(struct simulator *s, size_t *n)
{
	struct buf trace = { 0 };
	read_whole(s->trace, &trace);
	s->n_pieces = 0;
	for (const char *at = buf_str(&trace); *at != '\0';) {
		char *end;
		unsigned long number = strtoul(at, &end, 10);
		int64_t t = strtoll(end, &end, 10);
		if (number != s->n_pieces + 1)
			fatal("the trace is of more than one answer");
		s->pieces = mem_resize_array(s->pieces, number, sizeof *s->pieces);
		s->pieces[s->n_pieces++] = t;
		at = *end == '\n' ? end + 1 : end;
	}
	buf_done(&trace);
	*n = s->n_pieces;
	return s->pieces;
}
