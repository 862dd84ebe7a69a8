/* sandbox.c - see sandbox.h. */
#include "config.h"

#include "tool/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "base/str.h"
#include "tool/path.h"

/* Older headers lack the newer rights; the kernel is asked what it knows. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READ_RIGHTS (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_RIGHTS                                                                               \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |  \
	    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |     \
	    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |  \
	    LANDLOCK_ACCESS_FS_MAKE_SYM)
#define FILE_RIGHTS                                                                                \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |       \
	    LANDLOCK_ACCESS_FS_TRUNCATE)

enum {
	SCOPE_SIGNAL = 1 << 1,  /* LANDLOCK_SCOPE_SIGNAL, since version 6 */
	SCOPED_SINCE = 6,
	ASK_MS = 80,            /* between asking what is left to end and ending it */
	CANNOT_START = 127,
};

/* The kernel's own, with the member that old headers lack. */
struct ruleset {
	uint64_t	fs, net, scoped;
};

struct rules {
	int		 fd, version;
	uint64_t	 write;         /* WRITE_RIGHTS as far as this kernel knows them */
	char		**secrets;
};

int
sandbox_version(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return v > 0 ? (int)v : 0;
}

/* ---- files ------------------------------------------------------------------------- */

static void
allow(const struct rules *r, const char *path, uint64_t rights)
{
	struct stat st;
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode)) {
		struct landlock_path_beneath_attr rule = { .parent_fd = fd,
			.allowed_access = S_ISDIR(st.st_mode) ? rights : rights & FILE_RIGHTS };
		syscall(SYS_landlock_add_rule, r->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	}
	close(fd);
}

enum relation { APART, IS_SECRET, HOLDS_SECRET };

static enum relation
relation(const struct rules *r, const char *path)
{
	size_t n = str_same(path, "/") ? 0 : strlen(path);
	for (size_t i = 0; r->secrets[i] != NULL; i++) {
		if (str_same(path, r->secrets[i]))
			return IS_SECRET;
		if (strncmp(r->secrets[i], path, n) == 0 && r->secrets[i][n] == '/')
			return HOLDS_SECRET;
	}
	return APART;
}

/* Rights are given to whole trees only: a folder with a secret below gives them to its other children. */
static void
allow_reading(const struct rules *r, const char *path)
{
	switch (relation(r, path)) {
	case IS_SECRET:
		return;
	case APART:
		allow(r, path, READ_RIGHTS);
		return;
	case HOLDS_SECRET:
		break;
	}
	DIR *d = opendir(path);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		if (str_same(e->d_name, ".") || str_same(e->d_name, ".."))
			continue;
		char *child = mem_printf("%s/%s", str_same(path, "/") ? "" : path, e->d_name);
		allow_reading(r, child);
		free(child);
	}
	if (d != NULL)
		closedir(d);
}

/* The working directory is readable whatever is in it; elsewhere secrets stay hidden. */
static void
allow_writing(const struct rules *r, const char *path, bool is_root)
{
	char *real = path != NULL && path[0] == '/' ? realpath(path, NULL) : NULL;
	bool all = real != NULL && (is_root || relation(r, real) == APART);
	if (real != NULL && !str_same(real, "/"))
		allow(r, real, r->write | (all ? READ_RIGHTS : 0));
	free(real);
}

static void
allow_devices(const struct rules *r)
{
	static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
		"/dev/urandom", "/dev/tty" };
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		allow(r, devices[i], READ_RIGHTS | r->write);
}

static int
confine_files(const char *root)
{
	struct rules r = { .version = sandbox_version(), .write = WRITE_RIGHTS };
	if (r.version >= 2)
		r.write |= LANDLOCK_ACCESS_FS_REFER;
	if (r.version >= 3)
		r.write |= LANDLOCK_ACCESS_FS_TRUNCATE;
	struct ruleset set = { .fs = READ_RIGHTS | r.write, .scoped = SCOPE_SIGNAL };
	size_t size = r.version >= SCOPED_SINCE ? sizeof set : offsetof(struct ruleset, net);
	if (r.version == 0 || (r.fd = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0)) < 0)
		return -1;
	r.secrets = path_secrets();
	allow(&r, "/", LANDLOCK_ACCESS_FS_READ_DIR);
	allow_reading(&r, "/");
	allow_writing(&r, root, true);
	allow_writing(&r, "/tmp", false);
	allow_writing(&r, "/var/tmp", false);
	allow_writing(&r, "/dev/shm", false);
	allow_writing(&r, getenv("TMPDIR"), false);
	allow_devices(&r);
	int rc = (int)syscall(SYS_landlock_restrict_self, r.fd, 0);
	close(r.fd);
	for (size_t i = 0; r.secrets[i] != NULL; i++)
		free(r.secrets[i]);
	free(r.secrets);
	return rc;
}

/* ---- system calls --------------------------------------------------------------------- */

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCH
#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define ALLOW	     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE	     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
/* The call is refused. */
#define NEVER(call) IS((call), 0, 1), REFUSE
/* … when its argument is this. The number is loaded again for the rows that follow. */
#define NEVER_WITH(call, which, value) \
	IS((call), 0, 4), LOAD(args[which]), IS((value), 0, 1), REFUSE, LOAD(nr)

static int
confine_calls(pid_t parent)
{
	struct sock_filter rows[] = {
		LOAD(arch), IS(OUR_ARCH, 1, 0), REFUSE,
		LOAD(nr),
#if defined(__x86_64__)
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), REFUSE, /* the x32 table */
#endif
		/* typing into somebody's terminal */
		NEVER_WITH(SYS_ioctl, 1, TIOCSTI),
		NEVER_WITH(SYS_ioctl, 1, TIOCLINUX),
		/* ending adit, or everything (Landlock sees to the rest, where it can) */
		NEVER_WITH(SYS_kill, 0, (uint32_t)parent),
		NEVER_WITH(SYS_kill, 0, (uint32_t)-1),
		NEVER_WITH(SYS_kill, 0, (uint32_t)-parent),
		NEVER_WITH(SYS_tgkill, 0, (uint32_t)parent),
		/* the user's keyring; the kernel itself */
		NEVER(SYS_keyctl), NEVER(SYS_add_key), NEVER(SYS_request_key),
		NEVER(SYS_bpf), NEVER(SYS_perf_event_open), NEVER(SYS_mount), NEVER(SYS_umount2),
		NEVER(SYS_pivot_root), NEVER(SYS_init_module), NEVER(SYS_finit_module),
		NEVER(SYS_delete_module), NEVER(SYS_kexec_load), NEVER(SYS_reboot), NEVER(SYS_swapon),
		NEVER(SYS_swapoff), NEVER(SYS_process_vm_writev),
		ALLOW,
	};
	struct sock_fprog program = { sizeof rows / sizeof *rows, rows };
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
#else
static int
confine_calls(pid_t parent)
{
	(void)parent;
	return 0;
}
#endif

/* ---- the keeper --------------------------------------------------------------------------- */

/* The parent of a process, from "PID (NAME) STATE PPID": NAME may hold anything. */
static pid_t
parent_of(const char *pid)
{
	char path[64], text[512];
	snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	const char *end = strrchr(text, ')');
	return end != NULL && strlen(end) > 4 ? (pid_t)strtol(end + 4, NULL, 10) : -1;
}

/* Sends it to our children; those of a child that ended are ours now. */
static void
signal_children(int signo)
{
	DIR *d = opendir("/proc");
	pid_t self = getpid();
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && parent_of(e->d_name) == self)
			kill((pid_t)strtol(e->d_name, NULL, 10), signo);
	if (d != NULL)
		closedir(d);
}

/* Takes what has ended; true when no child is left. */
static bool
take_ended(pid_t main_child, int *status, bool *ended)
{
	for (;;) {
		int st;
		pid_t pid = waitpid(-1, &st, WNOHANG);
		if (pid < 0)
			return errno == ECHILD;
		if (pid == 0)
			return false;
		if (pid == main_child) {
			*status = st;
			*ended = true;
		}
	}
}

static void
end_all(const sigset_t *signals, pid_t main_child, int *status)
{
	bool ended;
	if (take_ended(main_child, status, &ended))
		return;
	signal_children(SIGTERM);
	signal_children(SIGCONT);
	int64_t until = clock_ms() + ASK_MS;
	while (!take_ended(main_child, status, &ended)) {
		int64_t left = until - clock_ms();
		if (left <= 0)
			signal_children(SIGKILL);
		struct timespec ts = { 0, (left <= 0 || left > 5 ? 5 : left) * 1000000 };
		sigtimedwait(signals, NULL, &ts);
	}
}

static int
keep(char **argv)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	struct spawn s = { .argv = (const char *const *)argv };
	struct err err = { 0 };
	pid_t child;
	if (spawn_on_terminal(&s, &child, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return CANNOT_START;
	}
	int status = 0;
	bool ended = false;
	while (!ended && !take_ended(child, &status, &ended) && !ended)
		if (sigwaitinfo(&signals, NULL) == SIGTERM)
			break;
	end_all(&signals, child, &status);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int
refuse(const char *what)
{
	fprintf(stderr, "The command was not run: it could not be confined (%s: %s).\n", what, strerror(errno));
	return SANDBOX_REFUSED;
}

/* adit SANDBOX_WORD PID confined|bare ROOT COMMAND… */
int
sandbox_main(int argc, char **argv)
{
	if (argc < 6)
		return ERR_USAGE;
	pid_t parent = (pid_t)strtol(argv[2], NULL, 10);
	bool confined = str_same(argv[3], "confined");
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (getppid() != parent)
		return ERR_FAILED;      /* adit is gone already */
	dup2(STDOUT_FILENO, STDERR_FILENO);     /* in the order in which it is written */
	if (confined && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return refuse("no_new_privs");
	if (confined && confine_files(argv[4]) < 0)
		return refuse("Landlock");
	if (confined && confine_calls(parent) < 0)
		return refuse("seccomp");
	return keep(argv + 5);
}

/* ---- the other side ------------------------------------------------------------------------- */

static bool
will_confine(const struct tool_place *place)
{
	return place->confine && place->launcher != NULL && sandbox_version() > 0;
}

void
sandbox_begin(struct sandbox_argv *argv, const struct tool_place *place, const char *pid)
{
	if (place->launcher == NULL)
		return;
	vec_add(argv, place->launcher);
	vec_add(argv, SANDBOX_WORD);
	vec_add(argv, pid);
	vec_add(argv, will_confine(place) ? "confined" : "bare");
	vec_add(argv, place->root);
}

char *
sandbox_note(const struct tool_place *place)
{
	if (!place->confine)
		return mem_strdup(_("Not confined (by your configuration): it may do whatever you may."));
	if (!will_confine(place))
		return mem_strdup(_("Not confined, since this kernel has no Landlock: it may do whatever you may."));
	if (path_holds_secrets(place->root))
		return mem_printf(_("Confined: it may write only below %s and in temporary folders. Your keys lie below "
		    "it and are not hidden."), place->root);
	return mem_printf(_("Confined: it may write only below %s and in temporary folders, and cannot read your keys."),
	    place->root);
}
