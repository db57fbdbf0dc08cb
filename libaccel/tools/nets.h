/* SPDX-License-Identifier: MIT */
/*
 * Well-known networks with seeded int8 weights, for benchmarks and tests: their shapes are real,
 * their answers are not.  Each returns NULL after an error, with a message (error.h).
 */
#ifndef TOOLS_NETS_H
#define TOOLS_NETS_H

#include "net_maker.h"

/* U-Net with four halvings and 2x2 up-convolutions: 3 x size x size to 1 x size x size. */
struct graph *make_unet(int size, int channels, uint64_t seed);

/* FCN-8s on VGG-16 with all channels divided by `narrow`: 3 x size x size to 21 classes. */
struct graph *make_fcn8s(int size, int narrow, uint64_t seed);

/* waifu2x's upconv_7: 3 x size x size to 3 x 2 (size - 14) x 2 (size - 14). */
struct graph *make_upconv7(int size, uint64_t seed);

/* DCGAN for 64 x 64: generator from 100 x 1 x 1, discriminator to 1 x 1 x 1. */
struct graph *make_dcgan(int features, uint64_t seed);
struct graph *make_dcgan_d(int features, uint64_t seed);

/*
 * A variational autoencoder for 64 x 64: 3 x 64 x 64 to mean and logarithm of the variance of
 * `latent` numbers, and back.
 */
struct graph *make_vae_encoder(int features, int latent, uint64_t seed);
struct graph *make_vae_decoder(int features, int latent, uint64_t seed);

/* 16 numbers to 4 through fully connected layers of 16 x 9 and 9 x 4. */
struct graph *make_mlp(uint64_t seed);

/* ---- by name ---- */

#define NET_OPTIONS 2

struct net_option {
	const char *name, *what;
	int value, min, max;	/* value: unless it is given */
};

struct net_kind {
	const char *name, *what;
	struct net_option option[NET_OPTIONS];	/* name NULL: no more */
	struct graph *(*make)(const int *option, uint64_t seed);
};

extern const struct net_kind net_kinds[];
extern const int n_net_kinds;

#endif
