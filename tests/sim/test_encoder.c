/* The encoder of adit-sim against worked frames. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../sim/eventstream.h"
#include "../../sim/flood.h"

static void
assert_bytes(const struct bytes *b, const char *hex)
{
	struct bytes got = { 0 };
	bytes_hex(&got, (const uint8_t *)b->s, b->len);
	assert_string_equal(got.s, hex);
	bytes_free(&got);
}

static void
the_smallest_frame_has_sixteen_bytes(void **state)
{
	(void)state;
	struct bytes out = { 0 }, none = { 0 };
	es_frame(&out, &none, NULL, 0);
	assert_bytes(&out, "000000100000000005c248eb7d98c8ff");
	bytes_free(&out);
}

static const char text_delta[] =
    "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hi\"},\"p\":\"abc\"}";

static void
a_text_delta_is_encoded_as_the_service_does(void **state)
{
	(void)state;
	struct bytes out = { 0 };
	es_event(&out, "contentBlockDelta", text_delta, sizeof text_delta - 1);
	assert_bytes(&out, "0000009e00000057fe1b824f0b3a6576656e742d74797065070011636f6e74656e74426"
			   "c6f636b44656c74610d3a636f6e74656e742d747970650700106170706c69636174696f"
			   "6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22636f6e74656"
			   "e74426c6f636b496e646578223a302c2264656c7461223a7b2274657874223a22486922"
			   "7d2c2270223a22616263227d9343f010");
	bytes_free(&out);
}

static void
an_exception_names_its_type(void **state)
{
	(void)state;
	static const char payload[] =
	    "{\"message\":\"Too many requests, please wait before trying again.\"}";
	struct bytes out = { 0 };
	es_exception(&out, "throttlingException", payload, sizeof payload - 1);
	assert_bytes(&out, "000000b2000000613590d5d30f3a657863657074696f6e2d747970650700137468726f7"
			   "4746c696e67457863657074696f6e0d3a636f6e74656e742d747970650700106170706c"
			   "69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700096578636570746"
			   "96f6e7b226d657373616765223a22546f6f206d616e792072657175657374732c20706c"
			   "656173652077616974206265666f726520747279696e6720616761696e2e227de8ffb26"
			   "a");
	bytes_free(&out);
}

static void
all_ten_header_types_are_encoded(void **state)
{
	(void)state;
	static const uint8_t raw[] = { 0, 1, 0xfe, 0xff };
	static const uint8_t uuid[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	struct bytes out = { 0 }, h = { 0 };
	es_header(&h, "t", ES_TRUE, 0, NULL, 0);
	es_header(&h, "f", ES_FALSE, 0, NULL, 0);
	es_header(&h, "b", ES_BYTE, -1, NULL, 0);
	es_header(&h, "s", ES_SHORT, -2, NULL, 0);
	es_header(&h, "i", ES_INT, 123456789, NULL, 0);
	es_header(&h, "l", ES_LONG, -9007199254740993, NULL, 0);
	es_header(&h, "y", ES_BYTES, 0, raw, sizeof raw);
	es_header_str(&h, "u", "h\303\251llo");
	es_header(&h, "d", ES_TIMESTAMP, 1785585600000, NULL, 0);
	es_header(&h, "g", ES_UUID, 0, uuid, sizeof uuid);
	es_frame(&out, &h, "{}", 2);
	assert_bytes(&out,
	    "0000006500000053c692271a017400016601016202ff017303fffe016904075bcd15016c05ffdfffffffff"
	    "ffff01790600040001feff017507000668c3a96c6c6f0164080000019fbd32060001670901020304050607"
	    "08090a0b0c0d0e0f107b7d76f37b62");
	bytes_free(&h);
	bytes_free(&out);
}

static void
an_error_frame_is_headers_only(void **state)
{
	(void)state;
	struct bytes out = { 0 };
	es_error(&out, "InternalFailure", "boom");
	assert_bytes(&out, "0000005a0000004a8188a08d0b3a6572726f722d636f646507000f496e7465726e616c4"
			   "661696c7572650e3a6572726f722d6d657373616765070004626f6f6d0d3a6d65737361"
			   "67652d747970650700056572726f72f8d6999d");
	bytes_free(&out);
}

static void
a_message_stop_is_encoded_as_the_service_does(void **state)
{
	(void)state;
	static const char payload[] = "{\"stopReason\":\"end_turn\"}";
	struct bytes out = { 0 };
	es_event(&out, "messageStop", payload, sizeof payload - 1);
	assert_bytes(&out, "0000007a00000051ca2c46650b3a6576656e742d7479706507000b6d657373616765537"
			   "46f700d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e"
			   "0d3a6d6573736167652d747970650700056576656e747b2273746f70526561736f6e223"
			   "a22656e645f7475726e227d5fbf09fc");
	bytes_free(&out);
}

/* The payload text of a frame that holds one text delta. */
static size_t
text_length(const uint8_t *frame)
{
	size_t headers = (size_t)frame[6] << 8 | frame[7], n = 0;
	const char *p = strstr((const char *)frame + 12 + headers, "\"text\":\"") + 8;
	for (; *p != '"'; p++, n++) {
		if (*p == '\\') {
			p += p[1] == 'u' ? 5 : 1;
		}
	}
	return n;
}

static void
a_flood_has_exactly_the_bytes_and_pieces_asked_for(void **state)
{
	(void)state;
	static const struct {
		const char *kind;
		size_t bytes, pieces;
	} cases[] = {
		{ "lorem", 1000000, 50000 }, { "lorem", 100, 1 }, { "lorem", 0, 3 },
		{ "lorem", 5000, 4999 }, { "unicode", 100000, 7001 }, { "unicode", 9, 40 },
		{ "markdown", 123457, 5000 }, { "hostile", 65537, 2049 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct flood *f = flood_new(cases[i].kind, cases[i].bytes, cases[i].pieces, 0,
		    es_event);
		struct bytes out = { 0 };
		size_t pieces = 0, n, text = 0;
		while ((n = flood_next(f, &out, 10000, SIZE_MAX)) != 0)
			pieces += n;
		for (size_t at = 0; at < out.len;) {
			const uint8_t *frame = (const uint8_t *)out.s + at;
			text += text_length(frame);
			at += (size_t)frame[2] << 8 | frame[3];
		}
		assert_int_equal(pieces, cases[i].pieces);
		assert_int_equal(text, cases[i].bytes);
		bytes_free(&out);
		flood_free(f);
	}
	assert_null(flood_new("nonsense", 1, 1, 0, es_event));
}

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_frame_has_sixteen_bytes),
		cmocka_unit_test(a_text_delta_is_encoded_as_the_service_does),
		cmocka_unit_test(an_exception_names_its_type),
		cmocka_unit_test(all_ten_header_types_are_encoded),
		cmocka_unit_test(an_error_frame_is_headers_only),
		cmocka_unit_test(a_message_stop_is_encoded_as_the_service_does),
		cmocka_unit_test(a_flood_has_exactly_the_bytes_and_pieces_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
