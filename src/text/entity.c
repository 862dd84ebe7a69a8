/*
 * entity.c - see entity.h.
 *
 * The names of HTML 4 and those of HTML 5 that turn up in prose (HTML Living
 * Standard, section 13.5), sorted by bytes for bsearch().
 */
#include "config.h"

#include "text/entity.h"

#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"

struct entity {
	const char	*name;
	uint32_t	 cp;
};

static const struct entity entities[] = {
	{ "AElig", 0xc6 }, { "Aacute", 0xc1 }, { "Acirc", 0xc2 }, { "Agrave", 0xc0 },
	{ "Alpha", 0x391 }, { "Aring", 0xc5 }, { "Atilde", 0xc3 }, { "Auml", 0xc4 },
	{ "Beta", 0x392 }, { "Ccedil", 0xc7 }, { "Chi", 0x3a7 }, { "Dagger", 0x2021 },
	{ "Delta", 0x394 }, { "ETH", 0xd0 }, { "Eacute", 0xc9 }, { "Ecirc", 0xca },
	{ "Egrave", 0xc8 }, { "Epsilon", 0x395 }, { "Eta", 0x397 }, { "Euml", 0xcb },
	{ "Gamma", 0x393 }, { "Hat", 0x5e }, { "Iacute", 0xcd }, { "Icirc", 0xce },
	{ "Igrave", 0xcc }, { "Im", 0x2111 }, { "Iota", 0x399 }, { "Iuml", 0xcf },
	{ "Kappa", 0x39a }, { "Lambda", 0x39b }, { "Leftarrow", 0x21d0 },
	{ "Leftrightarrow", 0x21d4 }, { "Mu", 0x39c }, { "NewLine", 0xa }, { "Ntilde", 0xd1 },
	{ "Nu", 0x39d }, { "OElig", 0x152 }, { "Oacute", 0xd3 }, { "Ocirc", 0xd4 },
	{ "Ograve", 0xd2 }, { "Omega", 0x3a9 }, { "Omicron", 0x39f }, { "Oslash", 0xd8 },
	{ "Otilde", 0xd5 }, { "Ouml", 0xd6 }, { "Phi", 0x3a6 }, { "Pi", 0x3a0 },
	{ "Prime", 0x2033 }, { "Psi", 0x3a8 }, { "Re", 0x211c }, { "Rho", 0x3a1 },
	{ "Rightarrow", 0x21d2 }, { "Scaron", 0x160 }, { "Sigma", 0x3a3 }, { "THORN", 0xde },
	{ "Tab", 0x9 }, { "Tau", 0x3a4 }, { "Theta", 0x398 }, { "Uacute", 0xda },
	{ "Ucirc", 0xdb }, { "Ugrave", 0xd9 }, { "Upsilon", 0x3a5 }, { "Uuml", 0xdc },
	{ "Xi", 0x39e }, { "Yacute", 0xdd }, { "Yuml", 0x178 }, { "ZeroWidthSpace", 0x200b },
	{ "Zeta", 0x396 }, { "aacute", 0xe1 }, { "acirc", 0xe2 }, { "acute", 0xb4 },
	{ "aelig", 0xe6 }, { "agrave", 0xe0 }, { "alefsym", 0x2135 }, { "aleph", 0x2135 },
	{ "alpha", 0x3b1 }, { "amp", 0x26 }, { "and", 0x2227 }, { "ang", 0x2220 },
	{ "angle", 0x2220 }, { "apos", 0x27 }, { "approx", 0x2248 }, { "aring", 0xe5 },
	{ "ast", 0x2a }, { "asymp", 0x2248 }, { "atilde", 0xe3 }, { "auml", 0xe4 },
	{ "bdquo", 0x201e }, { "becaus", 0x2235 }, { "beta", 0x3b2 }, { "bigstar", 0x2605 },
	{ "blacksquare", 0x25aa }, { "boxh", 0x2500 }, { "boxv", 0x2502 }, { "brvbar", 0xa6 },
	{ "bsol", 0x5c }, { "bull", 0x2022 }, { "bullet", 0x2022 }, { "cap", 0x2229 },
	{ "ccedil", 0xe7 }, { "cdot", 0x10b }, { "cedil", 0xb8 }, { "cent", 0xa2 },
	{ "check", 0x2713 }, { "checkmark", 0x2713 }, { "chi", 0x3c7 }, { "circ", 0x2c6 },
	{ "clubs", 0x2663 }, { "colon", 0x3a }, { "comma", 0x2c }, { "commat", 0x40 },
	{ "cong", 0x2245 }, { "copy", 0xa9 }, { "copysr", 0x2117 }, { "crarr", 0x21b5 },
	{ "cross", 0x2717 }, { "cup", 0x222a }, { "curren", 0xa4 }, { "dArr", 0x21d3 },
	{ "dagger", 0x2020 }, { "darr", 0x2193 }, { "dash", 0x2010 }, { "deg", 0xb0 },
	{ "delta", 0x3b4 }, { "diams", 0x2666 }, { "div", 0xf7 }, { "divide", 0xf7 },
	{ "dollar", 0x24 }, { "eacute", 0xe9 }, { "ecirc", 0xea }, { "egrave", 0xe8 },
	{ "ell", 0x2113 }, { "empty", 0x2205 }, { "emptyset", 0x2205 }, { "emsp", 0x2003 },
	{ "ensp", 0x2002 }, { "epsilon", 0x3b5 }, { "equals", 0x3d }, { "equiv", 0x2261 },
	{ "eta", 0x3b7 }, { "eth", 0xf0 }, { "euml", 0xeb }, { "euro", 0x20ac },
	{ "excl", 0x21 }, { "exist", 0x2203 }, { "female", 0x2640 }, { "flat", 0x266d },
	{ "fnof", 0x192 }, { "forall", 0x2200 }, { "frac12", 0xbd }, { "frac13", 0x2153 },
	{ "frac14", 0xbc }, { "frac15", 0x2155 }, { "frac18", 0x215b }, { "frac23", 0x2154 },
	{ "frac34", 0xbe }, { "frac38", 0x215c }, { "frac58", 0x215d }, { "frac78", 0x215e },
	{ "frasl", 0x2044 }, { "gamma", 0x3b3 }, { "ge", 0x2265 }, { "geq", 0x2265 },
	{ "grave", 0x60 }, { "gt", 0x3e }, { "hArr", 0x21d4 }, { "half", 0xbd },
	{ "harr", 0x2194 }, { "hbar", 0x210f }, { "hearts", 0x2665 }, { "hellip", 0x2026 },
	{ "hyphen", 0x2010 }, { "iacute", 0xed }, { "icirc", 0xee }, { "iexcl", 0xa1 },
	{ "iff", 0x21d4 }, { "igrave", 0xec }, { "image", 0x2111 }, { "in", 0x2208 },
	{ "infin", 0x221e }, { "int", 0x222b }, { "iota", 0x3b9 }, { "iquest", 0xbf },
	{ "isin", 0x2208 }, { "iuml", 0xef }, { "kappa", 0x3ba }, { "lArr", 0x21d0 },
	{ "lambda", 0x3bb }, { "lang", 0x27e8 }, { "langle", 0x27e8 }, { "laquo", 0xab },
	{ "larr", 0x2190 }, { "lbrace", 0x7b }, { "lbrack", 0x5b }, { "lceil", 0x2308 },
	{ "ldquo", 0x201c }, { "ldquor", 0x201e }, { "le", 0x2264 }, { "leftarrow", 0x2190 },
	{ "leftrightarrow", 0x2194 }, { "leq", 0x2264 }, { "lfloor", 0x230a },
	{ "lowast", 0x2217 }, { "lowbar", 0x5f }, { "loz", 0x25ca }, { "lpar", 0x28 },
	{ "lrm", 0x200e }, { "lsaquo", 0x2039 }, { "lsquo", 0x2018 }, { "lsquor", 0x201a },
	{ "lt", 0x3c }, { "macr", 0xaf }, { "male", 0x2642 }, { "mdash", 0x2014 },
	{ "mho", 0x2127 }, { "micro", 0xb5 }, { "mid", 0x2223 }, { "middot", 0xb7 },
	{ "minus", 0x2212 }, { "mp", 0x2213 }, { "mu", 0x3bc }, { "nabla", 0x2207 },
	{ "natural", 0x266e }, { "nbsp", 0xa0 }, { "ndash", 0x2013 }, { "ne", 0x2260 },
	{ "ni", 0x220b }, { "nmid", 0x2224 }, { "not", 0xac }, { "notin", 0x2209 },
	{ "nsub", 0x2284 }, { "ntilde", 0xf1 }, { "nu", 0x3bd }, { "num", 0x23 },
	{ "oacute", 0xf3 }, { "ocirc", 0xf4 }, { "oelig", 0x153 }, { "ograve", 0xf2 },
	{ "ohm", 0x3a9 }, { "oline", 0x203e }, { "omega", 0x3c9 }, { "omicron", 0x3bf },
	{ "oplus", 0x2295 }, { "or", 0x2228 }, { "ordf", 0xaa }, { "ordm", 0xba },
	{ "oslash", 0xf8 }, { "otilde", 0xf5 }, { "otimes", 0x2297 }, { "ouml", 0xf6 },
	{ "para", 0xb6 }, { "parallel", 0x2225 }, { "part", 0x2202 }, { "percnt", 0x25 },
	{ "period", 0x2e }, { "permil", 0x2030 }, { "perp", 0x22a5 }, { "phi", 0x3c6 },
	{ "phone", 0x260e }, { "pi", 0x3c0 }, { "piv", 0x3d6 }, { "plus", 0x2b },
	{ "plusmn", 0xb1 }, { "pm", 0xb1 }, { "pound", 0xa3 }, { "prime", 0x2032 },
	{ "prod", 0x220f }, { "prop", 0x221d }, { "propto", 0x221d }, { "psi", 0x3c8 },
	{ "quest", 0x3f }, { "quot", 0x22 }, { "rArr", 0x21d2 }, { "radic", 0x221a },
	{ "rang", 0x27e9 }, { "rangle", 0x27e9 }, { "raquo", 0xbb }, { "rarr", 0x2192 },
	{ "rbrace", 0x7d }, { "rbrack", 0x5d }, { "rceil", 0x2309 }, { "rdquo", 0x201d },
	{ "real", 0x211c }, { "reg", 0xae }, { "rfloor", 0x230b }, { "rho", 0x3c1 },
	{ "rightarrow", 0x2192 }, { "rlm", 0x200f }, { "rpar", 0x29 }, { "rsaquo", 0x203a },
	{ "rsquo", 0x2019 }, { "sbquo", 0x201a }, { "scaron", 0x161 }, { "sdot", 0x22c5 },
	{ "sect", 0xa7 }, { "semi", 0x3b }, { "sharp", 0x266f }, { "shy", 0xad },
	{ "sigma", 0x3c3 }, { "sigmaf", 0x3c2 }, { "sim", 0x223c }, { "sol", 0x2f },
	{ "spades", 0x2660 }, { "square", 0x25a1 }, { "star", 0x2606 }, { "starf", 0x2605 },
	{ "sub", 0x2282 }, { "sube", 0x2286 }, { "subseteq", 0x2286 }, { "sum", 0x2211 },
	{ "sung", 0x266a }, { "sup", 0x2283 }, { "sup1", 0xb9 }, { "sup2", 0xb2 },
	{ "sup3", 0xb3 }, { "supe", 0x2287 }, { "supseteq", 0x2287 }, { "szlig", 0xdf },
	{ "tau", 0x3c4 }, { "telrec", 0x2315 }, { "there4", 0x2234 }, { "therefore", 0x2234 },
	{ "theta", 0x3b8 }, { "thetasym", 0x3d1 }, { "thinsp", 0x2009 }, { "thorn", 0xfe },
	{ "tilde", 0x2dc }, { "times", 0xd7 }, { "trade", 0x2122 }, { "triangle", 0x25b5 },
	{ "uArr", 0x21d1 }, { "uacute", 0xfa }, { "uarr", 0x2191 }, { "ucirc", 0xfb },
	{ "ugrave", 0xf9 }, { "uml", 0xa8 }, { "upsih", 0x3d2 }, { "upsilon", 0x3c5 },
	{ "uuml", 0xfc }, { "varnothing", 0x2205 }, { "vee", 0x2228 }, { "verbar", 0x7c },
	{ "vert", 0x7c }, { "wedge", 0x2227 }, { "weierp", 0x2118 }, { "xi", 0x3be },
	{ "yacute", 0xfd }, { "yen", 0xa5 }, { "yuml", 0xff }, { "zeta", 0x3b6 },
	{ "zwj", 0x200d }, { "zwnj", 0x200c },
};

struct key {
	const char	*name;
	size_t		 n;
};

static int
compare(const void *key, const void *row)
{
	const struct key *k = key;
	const struct entity *e = row;
	int order = strncmp(k->name, e->name, k->n);
	return order != 0 ? order : e->name[k->n] != '\0' ? -1 : 0;
}

/* "#1234" or "#x12aB"; 0 for what stands for no character. */
static uint32_t
read_number(const char *s, size_t n)
{
	uint32_t base = n > 1 && (s[1] == 'x' || s[1] == 'X') ? 16 : 10;
	uint32_t v = 0;
	for (size_t i = base == 16 ? 2 : 1; i < n; i++) {
		uint32_t c = (unsigned char)s[i];
		uint32_t digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
		v = v * base + digit;
		if (v > 0x10ffff)
			return UTF8_BAD;
	}
	return v == 0 || (v >= 0xd800 && v < 0xe000) ? UTF8_BAD : v;
}

uint32_t
entity_decode(const char *s, size_t n)
{
	if (n < 3 || s[0] != '&' || s[n - 1] != ';')
		return 0;
	if (s[1] == '#')
		return read_number(s + 1, n - 2);
	const struct entity *e = bsearch(&(struct key){ s + 1, n - 2 }, entities,
	    sizeof entities / sizeof *entities, sizeof *entities, compare);
	return e != NULL ? e->cp : 0;
}
