/* shrink.c - see shrink.h. */
#include "config.h"

#include "model/shrink.h"

#include <string.h>

#include "model/picture.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>

enum { MAX_PIXELS = 60000000 };

typedef struct gdImageStruct *gdImagePtr;       /* libgd's own name; never looked into */

/* What is used of libgd's version 2 interface (libgd.so.3), under its own names. */
static struct {
	void		*library;
	gdImagePtr	(*from_png)(int size, void *data);
	gdImagePtr	(*from_jpeg)(int size, void *data);
	gdImagePtr	(*from_gif)(int size, void *data);
	gdImagePtr	(*from_webp)(int size, void *data);
	gdImagePtr	(*create)(int w, int h);
	void		(*copy)(gdImagePtr to, gdImagePtr from, int to_x, int to_y, int x, int y, int to_w, int to_h,
			    int w, int h);
	void		(*blend)(gdImagePtr, int);
	void		(*save_alpha)(gdImagePtr, int);
	void		*(*to_png)(gdImagePtr, int *size);
	void		*(*to_jpeg)(gdImagePtr, int *size, int quality);
	void		(*destroy)(gdImagePtr);
	void		(*release)(void *);
} gd;

static const struct {
	const char	*name;
	void		*at;
} symbols[] = {
	{ "gdImageCreateFromPngPtr", &gd.from_png },
	{ "gdImageCreateFromJpegPtr", &gd.from_jpeg },
	{ "gdImageCreateFromGifPtr", &gd.from_gif },
	{ "gdImageCreateFromWebpPtr", &gd.from_webp },
	{ "gdImageCreateTrueColor", &gd.create },
	{ "gdImageCopyResampled", &gd.copy },
	{ "gdImageAlphaBlending", &gd.blend },
	{ "gdImageSaveAlpha", &gd.save_alpha },
	{ "gdImagePngPtr", &gd.to_png },
	{ "gdImageJpegPtr", &gd.to_jpeg },
	{ "gdImageDestroy", &gd.destroy },
	{ "gdFree", &gd.release },
};

static void
load(void)
{
	void *library = dlopen("libgd.so.3", RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; library != NULL && i < sizeof symbols / sizeof *symbols; i++) {
		void *f = dlsym(library, symbols[i].name);
		if (f == NULL)
			return;
		memcpy(symbols[i].at, &f, sizeof f);
	}
	gd.library = library;
}

bool
shrink_is_possible(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	return gd.library != NULL;
}

static gdImagePtr
decode(const struct picture *p, const void *bytes, size_t n)
{
	void *data = (void *)(uintptr_t)bytes;  /* it is only read */
	if (strcmp(p->format, "png") == 0)
		return gd.from_png((int)n, data);
	if (strcmp(p->format, "jpeg") == 0)
		return gd.from_jpeg((int)n, data);
	if (strcmp(p->format, "gif") == 0)
		return gd.from_gif((int)n, data);
	return gd.from_webp((int)n, data);
}

/* The same picture of w x h with its longest side at most SHRINK_SIDE. Takes the image. */
static gdImagePtr
scale(gdImagePtr from, long w, long h)
{
	long longest = w > h ? w : h;
	if (longest <= SHRINK_SIDE)
		return from;
	int to_w = (int)(w * SHRINK_SIDE / longest), to_h = (int)(h * SHRINK_SIDE / longest);
	to_w = to_w > 0 ? to_w : 1;
	to_h = to_h > 0 ? to_h : 1;
	gdImagePtr to = gd.create(to_w, to_h);
	if (to != NULL) {
		gd.blend(to, 0);
		gd.save_alpha(to, 1);
		gd.copy(to, from, 0, 0, 0, 0, to_w, to_h, (int)w, (int)h);
	}
	gd.destroy(from);
	return to;
}

static bool
encode(gdImagePtr image, bool png, size_t max, struct buf *out)
{
	int n = 0;
	void *bytes = png ? gd.to_png(image, &n) : gd.to_jpeg(image, &n, 85);
	bool fits = bytes != NULL && n > 0 && (size_t)n <= max;
	if (fits)
		buf_add(out, bytes, (size_t)n);
	if (bytes != NULL)
		gd.release(bytes);
	return fits;
}

bool
shrink_image(const void *bytes, size_t n, size_t max, struct buf *out)
{
	struct picture p = picture_of(bytes, n);
	if (!shrink_is_possible() || p.format == NULL || n > INT_MAX || p.width <= 0 || p.height <= 0 ||
	    p.width > MAX_PIXELS / p.height)
		return false;
	gdImagePtr image = decode(&p, bytes, n);
	if (image == NULL)
		return false;
	image = scale(image, p.width, p.height);
	bool was_png = strcmp(p.format, "png") == 0 || strcmp(p.format, "gif") == 0;
	bool done = image != NULL && ((was_png && encode(image, true, max, out)) || encode(image, false, max, out));
	if (image != NULL)
		gd.destroy(image);
	return done;
}
