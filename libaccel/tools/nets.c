/* SPDX-License-Identifier: MIT */
#include "nets.h"

#include <stddef.h>

static int twice(struct maker *m, int x, int c)
{
	return make_conv(m, make_conv(m, x, c, 3, 1, 1, 1, true), c, 3, 1, 1, 1, true);
}

/* Four halvings.  The halves of a concatenation share their quantisation, as good quantisers make
 * it. */
struct graph *make_unet(int size, int channels, uint64_t seed)
{
	struct maker m = maker_new(seed, false);
	int skip[4], x = make_input(&m, 1, 3, size, size), c = channels;

	for (int i = 0; i < 4; i++, c *= 2) {
		skip[i] = x = twice(&m, x, c);
		x = make_pool(&m, OP_MAX_POOL, x, 2, 2, 0);
	}
	x = twice(&m, x, c);
	for (int i = 4; i-- > 0;) {
		c /= 2;
		x = make_deconv(&m, x, c, 2, 2, 0);
		x = twice(&m, make_concat(&m, skip[i], x), c);
	}
	x = make_conv(&m, x, 1, 1, 1, 0, 1, false);
	return maker_finish(&m, 1, &x);
}

/* VGG-16 with the channels divided by `narrow`, and its skips; every shape as in the paper but for
 * the pad of 100. */
struct graph *make_fcn8s(int size, int narrow, uint64_t seed)
{
	static const int convs[5] = { 2, 2, 3, 3, 3 }, channels[5] = { 64, 128, 256, 512, 512 };
	struct maker m = maker_new(seed, false);
	int pool[5], x = make_input(&m, 1, 3, size, size);

	for (int i = 0; i < 5; i++) {
		for (int k = 0; k < convs[i]; k++)
			x = make_conv(&m, x, channels[i] / narrow, 3, 1, 1, 1, true);
		pool[i] = x = make_pool(&m, OP_MAX_POOL, x, 2, 2, 0);
	}
	x = make_conv(&m, x, 4096 / narrow, 7, 1, 3, 1, true);
	x = make_conv(&m, x, 4096 / narrow, 1, 1, 0, 1, true);
	x = make_deconv(&m, make_conv(&m, x, 21, 1, 1, 0, 1, false), 21, 4, 2, 1);
	x = make_node(&m, OP_ADD, x, make_conv(&m, pool[3], 21, 1, 1, 0, 1, false));
	x = make_deconv(&m, x, 21, 4, 2, 1);
	x = make_node(&m, OP_ADD, x, make_conv(&m, pool[2], 21, 1, 1, 0, 1, false));
	x = make_deconv(&m, x, 21, 16, 8, 4);
	return maker_finish(&m, 1, &x);
}

/* waifu2x's upconv_7: valid convolutions with leaky ReLUs and one transposed convolution. */
struct graph *make_upconv7(int size, uint64_t seed)
{
	static const int channels[6] = { 16, 32, 64, 128, 128, 256 };
	struct maker m = maker_new(seed, false);
	int x = make_input(&m, 1, 3, size, size);

	for (int i = 0; i < 6; i++)
		x = make_node(&m, OP_LEAKY_RELU, make_conv(&m, x, channels[i], 3, 1, 0, 1, false),
			      -1);
	x = make_deconv(&m, x, 3, 4, 2, 3);
	return maker_finish(&m, 1, &x);
}

struct graph *make_dcgan(int features, uint64_t seed)
{
	struct maker m = maker_new(seed, false);
	int x = make_input(&m, 1, 100, 1, 1);

	x = make_deconv(&m, x, 8 * features, 4, 1, 0);
	for (int c = 4 * features; c >= features; c /= 2)
		x = make_deconv(&m, x, c, 4, 2, 1);
	x = make_deconv(&m, x, 3, 4, 2, 1);
	x = make_node(&m, OP_TANH, x, -1);
	return maker_finish(&m, 1, &x);
}

struct graph *make_dcgan_d(int features, uint64_t seed)
{
	struct maker m = maker_new(seed, false);
	int x = make_input(&m, 1, 3, 64, 64);

	for (int c = features; c <= 8 * features; c *= 2)
		x = make_node(&m, OP_LEAKY_RELU, make_conv(&m, x, c, 4, 2, 1, 1, false), -1);
	x = make_node(&m, OP_SIGMOID, make_conv(&m, x, 1, 4, 1, 0, 1, false), -1);
	return maker_finish(&m, 1, &x);
}

struct graph *make_vae_encoder(int features, int latent, uint64_t seed)
{
	struct maker m = maker_new(seed, false);
	int x = make_input(&m, 1, 3, 64, 64), out[2];

	for (int c = features; c <= 8 * features; c *= 2)
		x = make_conv(&m, x, c, 4, 2, 1, 1, true);
	for (int i = 0; i < 2; i++)
		out[i] = make_gemm(&m, x, latent);
	return maker_finish(&m, 2, out);
}

struct graph *make_vae_decoder(int features, int latent, uint64_t seed)
{
	struct maker m = maker_new(seed, false);
	int x = make_input(&m, 1, latent, 1, 1);

	x = make_node(&m, OP_RELU, make_deconv(&m, x, 8 * features, 4, 1, 0), -1);
	for (int c = 4 * features; c >= features; c /= 2)
		x = make_node(&m, OP_RELU, make_deconv(&m, x, c, 4, 2, 1), -1);
	x = make_node(&m, OP_SIGMOID, make_deconv(&m, x, 3, 4, 2, 1), -1);
	return maker_finish(&m, 1, &x);
}

struct graph *make_mlp(uint64_t seed)
{
	struct maker m = maker_new(seed, false);
	int x = make_input(&m, 1, 16, 1, 1);

	x = make_node(&m, OP_RELU, make_gemm(&m, x, 9), -1);
	x = make_gemm(&m, x, 4);
	return maker_finish(&m, 1, &x);
}

/* ---- by name ---- */

static struct graph *unet(const int *o, uint64_t seed)
{
	return make_unet(o[0], o[1], seed);
}

static struct graph *fcn8s(const int *o, uint64_t seed)
{
	return make_fcn8s(o[0], o[1], seed);
}

static struct graph *upconv7(const int *o, uint64_t seed)
{
	return make_upconv7(o[0], seed);
}

static struct graph *dcgan_g(const int *o, uint64_t seed)
{
	return make_dcgan(o[0], seed);
}

static struct graph *dcgan_d(const int *o, uint64_t seed)
{
	return make_dcgan_d(o[0], seed);
}

static struct graph *vae_encoder(const int *o, uint64_t seed)
{
	return make_vae_encoder(o[0], o[1], seed);
}

static struct graph *vae_decoder(const int *o, uint64_t seed)
{
	return make_vae_decoder(o[0], o[1], seed);
}

static struct graph *mlp(const int *o, uint64_t seed)
{
	(void)o;
	return make_mlp(seed);
}

const struct net_kind net_kinds[] = {
	{ "unet", "U-Net with 2x2 up-convolutions",
	  { { "size", "of the picture, a multiple of 16", 128, 16, 2048 },
	    { "channels", "of the first level", 32, 1, 128 } }, unet },
	{ "fcn8s", "FCN-8s on VGG-16, 21 classes",
	  { { "size", "of the picture, a multiple of 32", 128, 32, 2048 },
	    { "narrow", "what all channels are divided by", 4, 1, 64 } }, fcn8s },
	{ "upconv7", "waifu2x's upconv_7", { { "size", "of the picture", 142, 15, 1024 } },
	  upconv7 },
	{ "dcgan-g", "DCGAN's generator, 100 numbers to 64x64",
	  { { "features", "channels before the last layer", 64, 1, 256 } }, dcgan_g },
	{ "dcgan-d", "DCGAN's discriminator, 64x64 to one number",
	  { { "features", "channels behind the first layer", 64, 1, 256 } }, dcgan_d },
	{ "vae-encoder", "a variational autoencoder's encoder, 64x64 to two vectors",
	  { { "features", "channels behind the first layer", 32, 1, 256 },
	    { "latent", "numbers in a vector", 128, 1, 4096 } }, vae_encoder },
	{ "vae-decoder", "its decoder",
	  { { "features", "channels before the last layer", 32, 1, 256 },
	    { "latent", "numbers in the vector", 128, 1, 4096 } }, vae_decoder },
	{ "mlp", "fully connected layers, 16 to 9 to 4", { { NULL, NULL, 0, 0, 0 } }, mlp },
};

const int n_net_kinds = sizeof(net_kinds) / sizeof(net_kinds[0]);
