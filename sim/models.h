/*
 * models.h - the rows of the catalogue. Included by catalogue.c alone.
 *
 * Figures are plausible, not authoritative: the simulator only needs limits to
 * hold requests against.
 */
#ifndef SIM_MODELS_H
#define SIM_MODELS_H

#include "catalogue.h"

#define CLAUDE(id_, name_, in_, profiles_, flags_, think_, sample_, ctx_, out_)                 \
	{ "anthropic." id_, name_, "Anthropic", in_, profiles_,                                 \
	    M_STREAM | M_SYSTEM | M_TOOLS | (flags_), think_, sample_, ctx_, out_ }
#define OTHER(id_, name_, provider_, in_, profiles_, flags_, ctx_, out_)                        \
	{ id_, name_, provider_, in_, profiles_, M_STREAM | M_PREFILL | (flags_), THINKING_NONE, \
	    SAMPLING_ANY, ctx_, out_ }
#define EMBEDDER(id_, name_, provider_, in_, profiles_, flags_)                                 \
	{ id_, name_, provider_, in_, profiles_, M_EMBEDS | (flags_), THINKING_NONE,            \
	    SAMPLING_ANY, 8192, 0 }

#define TI "TEXT IMAGE"
#define ST (M_SYSTEM | M_TOOLS)

static const struct model models[] = {
	CLAUDE("claude-opus-5-5", "Claude Opus 5.5", TI, "us eu global", M_CACHE, THINKING_ADAPTIVE,
	    SAMPLING_NONE, 1000000, 128000),
	CLAUDE("claude-opus-5", "Claude Opus 5", TI, "us eu jp au global", M_CACHE,
	    THINKING_ADAPTIVE, SAMPLING_NONE, 1000000, 128000),
	CLAUDE("claude-sonnet-5-5", "Claude Sonnet 5.5", TI, "us eu global", M_CACHE,
	    THINKING_ADAPTIVE, SAMPLING_NONE, 1000000, 128000),
	CLAUDE("claude-sonnet-5", "Claude Sonnet 5", TI, "us eu jp au global", M_CACHE,
	    THINKING_ADAPTIVE, SAMPLING_NONE, 1000000, 128000),
	CLAUDE("claude-fable-5-1", "Claude Fable 5.1", TI, "us global", M_CACHE, THINKING_ALWAYS,
	    SAMPLING_NONE, 1000000, 128000),
	CLAUDE("claude-fable-5", "Claude Fable 5", TI, "us global", M_CACHE, THINKING_ALWAYS,
	    SAMPLING_NONE, 1000000, 128000),
	CLAUDE("claude-mythos-preview", "Claude Mythos Preview", TI, "us", M_CACHE | M_GATED,
	    THINKING_ALWAYS, SAMPLING_NONE, 1000000, 128000),
	CLAUDE("claude-opus-4-8", "Claude Opus 4.8", TI, "us eu jp au global", M_CACHE,
	    THINKING_ADAPTIVE, SAMPLING_NONE, 1000000, 128000),
	CLAUDE("claude-opus-4-7", "Claude Opus 4.7", TI, "us eu jp au global us-gov", M_CACHE,
	    THINKING_ADAPTIVE, SAMPLING_NONE, 1000000, 128000),
	CLAUDE("claude-opus-4-6-v1", "Claude Opus 4.6", TI, "us eu apac au global", M_CACHE,
	    THINKING_EITHER, SAMPLING_ONE, 1000000, 128000),
	CLAUDE("claude-sonnet-4-6", "Claude Sonnet 4.6", TI, "us eu jp au global", M_CACHE,
	    THINKING_EITHER, SAMPLING_ONE, 1000000, 64000),
	CLAUDE("claude-opus-4-5-20251101-v1:0", "Claude Opus 4.5", TI, "us eu global",
	    M_CACHE | M_PREFILL, THINKING_BUDGET, SAMPLING_ONE, 200000, 64000),
	CLAUDE("claude-sonnet-4-5-20250929-v1:0", "Claude Sonnet 4.5", TI,
	    "us eu jp au global us-gov", M_CACHE | M_PREFILL, THINKING_BUDGET, SAMPLING_ONE, 200000,
	    64000),
	CLAUDE("claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5", TI, "us eu jp au global",
	    M_CACHE | M_PREFILL, THINKING_BUDGET, SAMPLING_ONE, 200000, 64000),
	CLAUDE("claude-opus-4-1-20250805-v1:0", "Claude Opus 4.1", TI, "us", M_CACHE | M_PREFILL,
	    THINKING_BUDGET, SAMPLING_ONE, 200000, 32000),
	CLAUDE("claude-sonnet-4-20250514-v1:0", "Claude Sonnet 4", TI, "us eu apac global",
	    M_CACHE | M_PREFILL, THINKING_BUDGET, SAMPLING_ANY, 200000, 64000),
	CLAUDE("claude-3-7-sonnet-20250219-v1:0", "Claude 3.7 Sonnet", TI, "us eu apac",
	    M_CACHE | M_PREFILL | M_LEGACY, THINKING_BUDGET, SAMPLING_ANY, 200000, 64000),
	CLAUDE("claude-3-5-haiku-20241022-v1:0", "Claude 3.5 Haiku", "TEXT", "us",
	    M_CACHE | M_PREFILL | M_ON_DEMAND, THINKING_NONE, SAMPLING_ANY, 200000, 8192),
	CLAUDE("claude-3-5-sonnet-20240620-v1:0", "Claude 3.5 Sonnet", TI, "us eu apac",
	    M_PREFILL | M_LEGACY | M_ON_DEMAND, THINKING_NONE, SAMPLING_ANY, 200000, 8192),
	CLAUDE("claude-3-haiku-20240307-v1:0", "Claude 3 Haiku", TI, "us eu apac us-gov",
	    M_PREFILL | M_ON_DEMAND, THINKING_NONE, SAMPLING_ANY, 200000, 4096),
	CLAUDE("claude-v2:1", "Claude", "TEXT", NULL, M_PREFILL | M_LEGACY | M_ENDED | M_ON_DEMAND,
	    THINKING_NONE, SAMPLING_ANY, 200000, 4096),

	OTHER("amazon.nova-micro-v1:0", "Nova Micro", "Amazon", "TEXT", "us eu apac us-gov",
	    ST | M_CACHE | M_ON_DEMAND, 128000, 10000),
	OTHER("amazon.nova-micro-v1:0:24k", "Nova Micro", "Amazon", "TEXT", NULL,
	    ST | M_PROVISIONED, 24000, 10000),
	OTHER("amazon.nova-lite-v1:0", "Nova Lite", "Amazon", "TEXT IMAGE VIDEO",
	    "us eu apac us-gov", ST | M_CACHE | M_ON_DEMAND, 300000, 10000),
	OTHER("amazon.nova-pro-v1:0", "Nova Pro", "Amazon", "TEXT IMAGE VIDEO", "us eu apac us-gov",
	    ST | M_CACHE | M_ON_DEMAND, 300000, 10000),
	OTHER("amazon.nova-premier-v1:0", "Nova Premier", "Amazon", "TEXT IMAGE VIDEO", "us",
	    ST | M_CACHE, 1000000, 32000),
	OTHER("amazon.nova-2-lite-v1:0", "Nova 2 Lite", "Amazon", "TEXT IMAGE VIDEO",
	    "us eu jp global", ST | M_CACHE, 1000000, 64000),
	OTHER("amazon.titan-text-express-v1", "Titan Text G1 - Express", "Amazon", "TEXT", NULL,
	    M_ON_DEMAND | M_LEGACY, 8192, 8192),
	OTHER("deepseek.r1-v1:0", "DeepSeek-R1", "DeepSeek", "TEXT", "us", M_SYSTEM, 128000, 32768),
	OTHER("deepseek.v3-v1:0", "DeepSeek-V3.1", "DeepSeek", "TEXT", NULL, ST | M_ON_DEMAND,
	    163840, 81920),
	OTHER("deepseek.v3.2", "DeepSeek V3.2", "DeepSeek", "TEXT", NULL, ST | M_ON_DEMAND, 163840,
	    81920),
	OTHER("google.gemma-3-27b-it", "Gemma 3 27B PT", "Google", TI, NULL, ST | M_ON_DEMAND,
	    131072, 8192),
	OTHER("meta.llama3-1-70b-instruct-v1:0", "Llama 3.1 70B Instruct", "Meta", "TEXT", "us",
	    ST | M_ON_DEMAND, 128000, 8192),
	OTHER("meta.llama3-3-70b-instruct-v1:0", "Llama 3.3 70B Instruct", "Meta", "TEXT", "us", ST,
	    128000, 8192),
	OTHER("meta.llama4-scout-17b-instruct-v1:0", "Llama 4 Scout 17B Instruct", "Meta", TI, "us",
	    ST, 3500000, 16384),
	OTHER("meta.llama4-maverick-17b-instruct-v1:0", "Llama 4 Maverick 17B Instruct", "Meta", TI,
	    "us", ST, 1000000, 16384),
	OTHER("minimax.minimax-m2.5", "MiniMax M2.5", "MiniMax", "TEXT", NULL, ST | M_ON_DEMAND,
	    196608, 98304),
	OTHER("mistral.mistral-7b-instruct-v0:2", "Mistral 7B Instruct", "Mistral AI", "TEXT", NULL,
	    M_ON_DEMAND, 32768, 8192),
	OTHER("mistral.mistral-large-3-675b-instruct", "Mistral Large 3", "Mistral AI", TI, NULL,
	    ST | M_ON_DEMAND, 256000, 8192),
	OTHER("mistral.devstral-2-123b", "Devstral 2 123B", "Mistral AI", "TEXT", NULL,
	    ST | M_ON_DEMAND, 256000, 8192),
	OTHER("mistral.pixtral-large-2502-v1:0", "Pixtral Large (25.02)", "Mistral AI", TI, "us eu",
	    ST, 128000, 8192),
	OTHER("moonshotai.kimi-k2.5", "Kimi K2.5", "Moonshot AI", TI, NULL, ST | M_ON_DEMAND,
	    262143, 16000),
	OTHER("nvidia.nemotron-super-3-120b", "Nemotron 3 Super 120B", "NVIDIA", "TEXT", NULL,
	    ST | M_ON_DEMAND, 262144, 131072),
	OTHER("openai.gpt-oss-20b-1:0", "gpt-oss-20b", "OpenAI", "TEXT", NULL, ST | M_ON_DEMAND,
	    128000, 16384),
	OTHER("openai.gpt-oss-120b-1:0", "gpt-oss-120b", "OpenAI", "TEXT", NULL, ST | M_ON_DEMAND,
	    128000, 16384),
	OTHER("qwen.qwen3-32b-v1:0", "Qwen3 32B (dense)", "Qwen", "TEXT", NULL, ST | M_ON_DEMAND,
	    16384, 16384),
	OTHER("qwen.qwen3-coder-480b-a35b-v1:0", "Qwen3 Coder 480B A35B Instruct", "Qwen", "TEXT",
	    NULL, ST | M_ON_DEMAND, 131072, 65536),
	OTHER("writer.palmyra-x5-v1:0", "Palmyra X5", "Writer", "TEXT", "us", ST, 1040000, 8192),
	OTHER("zai.glm-4.7", "GLM 4.7", "Z.AI", "TEXT", NULL, ST | M_ON_DEMAND, 204800, 131072),
	OTHER("cohere.command-r-plus-v1:0", "Command R+", "Cohere", "TEXT", NULL, ST | M_ON_DEMAND,
	    128000, 4096),

	EMBEDDER("amazon.titan-embed-text-v2:0", "Titan Text Embeddings V2", "Amazon", "TEXT", NULL,
	    M_ON_DEMAND),
	EMBEDDER("amazon.titan-embed-text-v1", "Titan Embeddings G1 - Text", "Amazon", "TEXT", NULL,
	    M_ON_DEMAND),
	EMBEDDER("amazon.nova-2-multimodal-embeddings-v1:0", "Amazon Nova Multimodal Embeddings",
	    "Amazon", "TEXT IMAGE AUDIO VIDEO", NULL, M_ON_DEMAND),
	EMBEDDER("cohere.embed-english-v3", "Embed English", "Cohere", TI, NULL, M_ON_DEMAND),
	EMBEDDER(
	    "cohere.embed-multilingual-v3", "Embed Multilingual", "Cohere", TI, NULL, M_ON_DEMAND),
	EMBEDDER("cohere.embed-v4:0", "Embed v4", "Cohere", TI, "us eu global", 0),
};

/* Profiles that an account made for itself, called by ARN. */
static const struct {
	const char *id, *name, *model;
} own_profiles[] = {
	{ "a1b2c3d4e5f6", "team-a-opus", "anthropic.claude-opus-4-6-v1" },
	{ "abc123def456", "team-b-sonnet", "anthropic.claude-sonnet-4-5-20250929-v1:0" },
};

/* Where a profile's prefix can be called from, and where it sends requests. */
static const struct geography {
	const char *prefix, *name, *callers, *regions;
} geographies[] = {
	{ "us", "US", "us-east- us-west- ca-", "us-east-1 us-east-2 us-west-2" },
	{ "eu", "EU", "eu-", "eu-central-1 eu-north-1 eu-west-1 eu-west-3" },
	{ "apac", "APAC", "ap-", "ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2" },
	{ "jp", "JP", "ap-northeast-1 ap-northeast-3", "ap-northeast-1 ap-northeast-3" },
	{ "au", "AU", "ap-southeast-2 ap-southeast-4", "ap-southeast-2 ap-southeast-4" },
	{ "us-gov", "GOV", "us-gov-", "us-gov-east-1 us-gov-west-1" },
	{ "global", "Global", "us-east- us-west- ca- eu- ap- sa- me- af- il- mx-", "" },
};

#endif
