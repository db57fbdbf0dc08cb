// SPDX-License-Identifier: GPL-2.0
/*
 * The device goes away at any moment: its driver is unbound, or the PCI function is removed, while
 * jobs run, files are open, memory is mapped, dma-bufs and fences are out.  Then it comes back.
 */
#include "fcn_fixture.h"

#include <linux/udmabuf.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#define TURNS 100

FIXTURE(gone) {
	struct fcn_binding binding;
};

FIXTURE_SETUP(gone)
{
	if (geteuid())
		SKIP(return, "needs to be root");
	ASSERT_EQ(0, fcn_find_binding(&self->binding));
}

FIXTURE_TEARDOWN(gone)
{
	struct fcn_job job;
	int fd = fcn_open_wait(10);

	EXPECT_LE(0, fd);
	EXPECT_EQ(0, fcn_job_init(fd, &job, 1));
	EXPECT_EQ(0, fcn_run(fd, &job));
	close(fd);
}

static int pci(const FIXTURE_DATA(gone) *self, bool remove)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/remove", self->binding.device);
	return fcn_write_file(remove ? path : "/sys/bus/pci/rescan", "1");
}

/* A client in the middle of its work. */
struct client {
	int fd, dmabuf, file;
	struct fcn_bo from, to;
	struct fcn_job spin, behind;
};

static int client_start(struct client *c)
{
	int err;

	c->fd = fcn_open_wait(10);
	if (c->fd < 0)
		return c->fd;
	err = fcn_bo_create(c->fd, 65536, 0, &c->from);
	if (!err)
		err = fcn_bo_create(c->fd, 65536, 0, &c->to);
	if (!err)
		err = fcn_job_init(c->fd, &c->spin, 1);
	if (!err)
		err = fcn_job_init(c->fd, &c->behind, 2);
	if (err)
		return err;
	fcn_fill(c->from.map, 65536, 1);
	fcn_add_spin(&c->spin, FCN_FOREVER);
	fcn_use(&c->behind, &c->from, FCN_R);
	fcn_use(&c->behind, &c->to, FCN_W);
	fcn_add_copy(&c->behind, c->from.va, c->to.va, 32768);
	err = fcn_start(c->fd, &c->spin);
	for (int i = 0; !err && i < 3; i++)
		err = fcn_start(c->fd, &c->behind);
	c->dmabuf = fcn_export(c->fd, c->to.handle);
	c->file = fcn_sync_file(c->fd, c->behind.out);
	return err ? err : c->dmabuf < 0 ? c->dmabuf : c->file < 0 ? c->file : 0;
}

/* Nothing hangs, everything says so: true. */
static bool client_told(struct client *c)
{
	struct fcn_bo bo;
	uint64_t v;
	int64_t end = fcn_now() + 5 * fcn_slow() * FCN_SEC;

	while (fcn_sync_status(c->file) == -EINPROGRESS && fcn_now() < end)
		fcn_sleep_ms(5);
	return fcn_sync_status(c->file) == -ENODEV &&
	       fcn_param(c->fd, 0, &v) == -ENODEV &&
	       fcn_bo_create(c->fd, 4096, 0, &bo) == -ENODEV &&
	       fcn_start(c->fd, &c->behind) == -ENODEV &&
	       fcn_syncobj_wait(c->fd, c->behind.out, 0) == -ENODEV;
}

static void client_end(struct client *c)
{
	fcn_bo_unmap(&c->from);
	/* The other mappings keep the file for a while. */
	close(c->fd);
	fcn_bo_unmap(&c->to);
	fcn_bo_unmap(&c->spin.cmd);
	fcn_bo_unmap(&c->behind.cmd);
	close(c->dmabuf);
	close(c->file);
}

/* The old client ends before or after the device has come back. */
TEST_F_TIMEOUT(gone, unbind_and_bind, 120)
{
	for (int i = 0; i < TURNS; i++) {
		struct client c;

		ASSERT_EQ(0, client_start(&c))
			TH_LOG("turn %d", i);
		if (i % 3 == 1)
			fcn_sleep_ms((unsigned)i % 20);
		ASSERT_EQ(0, fcn_unbind(&self->binding));
		EXPECT_TRUE(client_told(&c));
		if (i % 2)
			client_end(&c);
		ASSERT_EQ(0, fcn_bind(&self->binding));
		if (i % 2 == 0)
			client_end(&c);
	}
}

/* Makes buffers and runs jobs until there is no device any more; tells when it has begun. */
static void use_until_it_goes(int pipe)
{
	int fd = fcn_open_wait(10), err;
	struct fcn_job job;

	err = fd < 0 ? fd : fcn_job_init(fd, &job, 2);
	for (bool told = false; !err; told = true) {
		struct fcn_bo bo;

		err = fcn_bo_create(fd, 8192, 0, &bo);
		job.n_cmd = job.n_ref = 0;
		fcn_use(&job, &bo, FCN_RW);
		if (!err)
			fcn_add_copy(&job, bo.va, bo.va + 4096, 4096);
		if (!err)
			err = fcn_run(fd, &job);
		if (!err)
			err = fcn_bo_close(fd, &bo);
		if (!told && write(pipe, "x", 1) != 1)
			err = -EPIPE;
	}
	_exit(err == -ENODEV ? 0 : 1);
}

/* Memory of another driver's, of many pages; negative: there is none. */
static int udmabuf(size_t size)
{
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC, .size = size };
	int dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), fd = -1;
	int memfd = memfd_create("fcn", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	create.memfd = (uint32_t)memfd;
	if (dev >= 0 && !ftruncate(memfd, (off_t)size) && !fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		fd = ioctl(dev, UDMABUF_CREATE, &create);
	close(memfd);
	close(dev);
	return fd;
}

/* The same with imports: what is mapped behind the device's end is reported where DMA-API's debugging is on. */
static void import_until_it_goes(int pipe)
{
	int fd = fcn_open_wait(10), dmabuf = udmabuf(8 << 20);
	int err = fd < 0 ? fd : dmabuf < 0 ? dmabuf : 0;

	for (bool told = false; !err; told = true) {
		struct fcn_bo bo = { 0 };

		err = fcn_import(fd, dmabuf, &bo.handle);
		if (!err)
			err = fcn_bo_close(fd, &bo);
		if (!told && write(pipe, "x", 1) != 1)
			err = -EPIPE;
	}
	_exit(err == -ENODEV ? 0 : 1);
}

/* Children use the device while it goes, a little after they have begun. */
static void goes_in_the_middle(struct __test_metadata *_metadata, const FIXTURE_DATA(gone) *self,
			       void (*use)(int pipe), unsigned ms)
{
	pid_t pid[3];
	int end[2];
	char c;

	ASSERT_EQ(0, pipe(end));
	for (int k = 0; k < 3; k++) {
		pid[k] = fork();
		ASSERT_LE(0, pid[k]);
		if (!pid[k])
			use(end[1]);
	}
	close(end[1]);
	for (int k = 0; k < 3; k++)
		ASSERT_EQ(1, read(end[0], &c, 1));
	close(end[0]);
	fcn_sleep_ms(ms);
	ASSERT_EQ(0, fcn_unbind(&self->binding));
	for (int k = 0; k < 3; k++) {
		int status;

		ASSERT_EQ(pid[k], waitpid(pid[k], &status, 0));
		EXPECT_EQ(0, status);
	}
	ASSERT_EQ(0, fcn_bind(&self->binding));
}

TEST_F_TIMEOUT(gone, in_the_middle_of_calls, 90)
{
	for (unsigned i = 0; i < 10; i++)
		goes_in_the_middle(_metadata, self, use_until_it_goes, 7 * i);
}

TEST_F_TIMEOUT(gone, in_the_middle_of_imports, 90)
{
	int dmabuf = udmabuf(4096);

	if (dmabuf < 0)
		SKIP(return, "no /dev/udmabuf");
	close(dmabuf);
	for (unsigned i = 0; i < 10; i++)
		goes_in_the_middle(_metadata, self, import_until_it_goes, 7 * i);
}

/* A fence that somebody waits for is signalled, too, when the one who waits has nothing else. */
TEST_F(gone, waiter)
{
	struct client c;
	int status;
	pid_t pid;

	ASSERT_EQ(0, client_start(&c));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(fcn_syncobj_wait(c.fd, c.behind.out, INT64_MAX) ? 1 : 0);
	fcn_sleep_ms(100);
	ASSERT_EQ(0, fcn_unbind(&self->binding));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	client_end(&c);
	ASSERT_EQ(0, fcn_bind(&self->binding));
}

struct stuck {
	int fd, err;
	void *page;
};

static void *submit_stuck(void *arg)
{
	struct stuck *s = arg;
	struct drm_fcn_accel_job job = { .bos = (uintptr_t)s->page, .bo_count = 1 };

	s->err = fcn_submit(s->fd, &job, 1, 0);
	return NULL;
}

/* Memory whose first touch stays in the kernel until uffd is told what is there. */
static void *page_of_nobody(int uffd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	range.range.start = (uintptr_t)page;
	range.range.len = 4096;
	if (page == MAP_FAILED || ioctl(uffd, UFFDIO_API, &api) ||
	    ioctl(uffd, UFFDIO_REGISTER, &range))
		return NULL;
	return page;
}

/* SUBMIT reads its caller's memory for as long as the caller likes; the device does not wait for that. */
TEST_F_TIMEOUT(gone, submit_reads_for_ever, 60)
{
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC), status;
	struct stuck s = { .fd = fcn_open_wait(10) };
	struct uffdio_zeropage zero = { .range = { .len = 4096 } };
	struct uffd_msg msg;
	pthread_t thread;
	int64_t end;
	pid_t pid, ended;

	if (uffd < 0)
		SKIP(return, "no userfaultfd here");
	ASSERT_LE(0, s.fd);
	s.page = page_of_nobody(uffd);
	ASSERT_NE(NULL, s.page);
	ASSERT_EQ(0, pthread_create(&thread, NULL, submit_stuck, &s));
	ASSERT_EQ((ssize_t)sizeof(msg), read(uffd, &msg, sizeof(msg)));

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(fcn_unbind(&self->binding) != 0);
	end = fcn_now() + 5 * fcn_slow() * FCN_SEC;
	while (!(ended = waitpid(pid, &status, WNOHANG)) && fcn_now() < end)
		fcn_sleep_ms(10);
	EXPECT_EQ(pid, ended);

	zero.range.start = (uintptr_t)s.page;
	EXPECT_EQ(0, ioctl(uffd, UFFDIO_ZEROPAGE, &zero));
	pthread_join(thread, NULL);
	EXPECT_EQ(-ENODEV, s.err);
	if (!ended)
		waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
	close(uffd);
	close(s.fd);
	ASSERT_EQ(0, fcn_bind(&self->binding));
}

/* The exported memory is still there for those who have it. */
TEST_F(gone, dmabuf_stays)
{
	struct client c;
	uint8_t *map;

	ASSERT_EQ(0, client_start(&c));
	ASSERT_EQ(0, fcn_unbind(&self->binding));
	map = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, c.dmabuf, 0);
	if (map != MAP_FAILED) {
		fcn_fill(map, 65536, 2);
		EXPECT_TRUE(fcn_filled(map, 65536, 2));
		munmap(map, 65536);
	}
	client_end(&c);
	ASSERT_EQ(0, fcn_bind(&self->binding));
}

TEST_F_TIMEOUT(gone, remove_and_rescan, 60)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/remove", self->binding.device);
	if (access(path, W_OK))
		SKIP(return, "not a PCI function");
	for (int i = 0; i < 10; i++) {
		struct client c;

		ASSERT_EQ(0, client_start(&c));
		ASSERT_EQ(0, pci(self, true));
		EXPECT_TRUE(client_told(&c));
		if (i % 2)
			client_end(&c);
		ASSERT_EQ(0, pci(self, false));
		if (i % 2 == 0)
			client_end(&c);
	}
}

FCN_MAIN
