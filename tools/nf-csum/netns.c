// SPDX-License-Identifier: GPL-2.0
/*
 * The network namespaces there are: those of processes, and those that ip netns
 * and Docker keep open by a file. With --root they are those of a sample, in which
 * a file that stands for a namespace says which folder its proc and sys are in.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "netns.h"
#include "text.h"

/* The folder of a sample for tests; "" for this machine. */
const char *netns_root = "";

/* The folder of the namespace that was entered last. */
static const char *tree;

/* How many processes of a namespace are asked which container they are in. */
#define ASKED	4

/**
 * netns_path - name a file of the namespace that was entered last
 * @pool: whose the name is
 * @file: as proc/net/nf_csum
 *
 * Return: its path.
 */
const char *netns_path(struct pool *pool, const char *file)
{
	return pool_print(pool, "%s/%s", tree ? tree : netns_root, file);
}

/**
 * netns_host_path - name a file that is the same in all namespaces
 * @pool: whose the name is
 * @file: as sys/module/nf_csum
 *
 * Return: its path.
 */
const char *netns_host_path(struct pool *pool, const char *file)
{
	return pool_print(pool, "%s/%s", netns_root, file);
}

static struct netns *find_inode(const struct netns_list *list,
				const struct stat *st)
{
	int i;

	for (i = 0; i < list->count; i++)
		if (list->ns[i]->inode == st->st_ino &&
		    list->ns[i]->device == st->st_dev)
			return list->ns[i];
	return NULL;
}

/* Where the file of a sample says that the namespace's files are. */
static const char *tree_of(struct pool *pool, const char *file)
{
	char *said;

	if (!*netns_root)
		return NULL;
	said = pool_read(pool, file, NULL);
	if (!said)
		return netns_root;
	said[strcspn(said, "\n")] = '\0';
	return *said ? pool_print(pool, "%s/%s", netns_root, said) : netns_root;
}

/*
 * The namespace that a file stands for, new or already known; NULL if it stands
 * for none: a name of ip netns may be left over.
 */
static struct netns *namespace_of(struct pool *pool, struct netns_list *list,
				  const char *file)
{
	struct netns *ns;
	struct stat st;

	if (stat(file, &st))
		return NULL;
	if (!*netns_root && list->count && st.st_dev != list->ns[0]->device)
		return NULL;
	ns = find_inode(list, &st);
	if (ns)
		return ns;
	ns = pool_get(pool, sizeof(*ns));
	ns->file = pool_string(pool, file);
	ns->tree = tree_of(pool, file);
	ns->device = st.st_dev;
	ns->inode = st.st_ino;
	*pool_add(pool, list->ns, list->count) = ns;
	return ns;
}

static void find_files(struct pool *pool, struct netns_list *list,
		       const char *folder, bool named)
{
	struct dirent *entry;
	DIR *dir;

	dir = opendir(netns_host_path(pool, folder));
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		struct netns *ns;

		if (entry->d_name[0] == '.')
			continue;
		ns = namespace_of(pool, list,
				  pool_print(pool, "%s/%s/%s", netns_root,
					     folder, entry->d_name));
		if (!ns)
			continue;
		/* A process may end before its namespace is entered; this stays. */
		if (!ns->own)
			ns->file = pool_print(pool, "%s/%s/%s", netns_root, folder,
					      entry->d_name);
		if (!named || ns->named)
			continue;
		ns->named = true;
		ns->name = pool_string(pool, entry->d_name);
	}
	closedir(dir);
}

static void find_process(struct pool *pool, struct netns_list *list,
			 const char *number)
{
	int pid = atoi(number);
	struct netns *ns;

	ns = namespace_of(pool, list,
			  pool_print(pool, "%s/proc/%s/ns/net", netns_root,
				     number));
	if (!ns)
		return;
	if (pid == 1)
		ns->first = true;
	if (!ns->pid || pid < ns->pid)
		ns->pid = pid;
	/* The first namespace is the host's, whatever runs in it. */
	if (ns->first || ns->container || ns->asked == ASKED)
		return;
	ns->asked++;
	ns->container = container_of_process(pool, pid);
}

static void find_processes(struct pool *pool, struct netns_list *list)
{
	struct dirent *entry;
	DIR *dir;

	dir = opendir(netns_host_path(pool, "proc"));
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (text_is_number(entry->d_name))
			find_process(pool, list, entry->d_name);
	closedir(dir);
}

/* How a shell gets there. What is not harmless is left to the reader. */
static const char *way_into(struct pool *pool, const struct netns *ns)
{
	if (ns->own)
		return "";
	if (ns->named && text_is_harmless(ns->name))
		return pool_print(pool, "ip netns exec %s ", ns->name);
	if (ns->pid)
		return pool_print(pool, "nsenter -t %d -n ", ns->pid);
	if (!strncmp(ns->file, "/run/docker/netns/", 18) &&
	    text_is_harmless(ns->file + 18))
		return pool_print(pool, "nsenter --net=%s ", ns->file);
	return "nsenter --net=<namespace> ";
}

static const char *title_of(struct pool *pool, const struct netns *ns)
{
	const char *title, *name = text_plain(pool, ns->name);

	if (*name)
		title = pool_print(pool, "network namespace %s", name);
	else if (ns->own)
		title = "this network namespace";
	else
		title = "the first network namespace";
	if (!ns->container || !strcmp(ns->container, name))
		return title;
	return pool_print(pool, "%s (%s)", title, ns->container);
}

static void name(struct pool *pool, struct netns *ns)
{
	if (ns->name)
		;
	else if (ns->first)
		ns->name = "";
	else if (ns->container)
		ns->name = ns->container;
	else if (ns->own)
		ns->name = "";
	else
		ns->name = pool_print(pool, "net:[%llu]", ns->inode);
	ns->enter = way_into(pool, ns);
	ns->title = title_of(pool, ns);
}

/* Two containers may be called the same. */
static void keep_apart(struct pool *pool, struct netns_list *list)
{
	int i;

	for (i = 1; i < list->count; i++) {
		struct netns *ns = list->ns[i];

		if (strcmp(ns->name, list->ns[i - 1]->name))
			continue;
		ns->name = pool_print(pool, "%s net:[%llu]", ns->name, ns->inode);
		ns->title = title_of(pool, ns);
	}
}

/* This one, the first one, and then by name. */
static int in_order(const void *a, const void *b)
{
	const struct netns *x = *(struct netns *const *)a;
	const struct netns *y = *(struct netns *const *)b;
	int by_name;

	if (x->own != y->own)
		return y->own - x->own;
	if (x->first != y->first)
		return y->first - x->first;
	by_name = strcmp(x->name, y->name);
	return by_name ? by_name : (x->inode > y->inode) - (x->inode < y->inode);
}

/* What was entered last, by the namespace's number; 0 for none. */
static ino_t inside;

/* This program's own namespace, held open; -1 for not yet. */
static int home = -1;

/*
 * The file of this namespace stands for another one as soon as that is entered, so
 * that it is held open.
 */
static void hold(struct pool *pool, struct netns *own)
{
	if (*netns_root)
		return;
	if (home < 0)
		home = open(own->file, O_RDONLY | O_CLOEXEC);
	if (home >= 0)
		own->file = pool_print(pool, "/proc/self/fd/%d", home);
}

/* To where this program began, for it is from there that namespaces are looked for. */
static void go_home(void)
{
	tree = NULL;
	if (inside && home >= 0 && !setns(home, CLONE_NEWNET))
		inside = 0;
}

/**
 * netns_find - find the network namespaces there are
 * @pool: whose the memory is
 * @list: gets them, this one first
 *
 * Context: again and again, for namespaces come and go. This program is in its own
 * one then. Without root it finds those of the user's own processes.
 */
void netns_find(struct pool *pool, struct netns_list *list)
{
	bool first = false;
	struct netns *own;
	int i;

	go_home();
	*list = (struct netns_list){};
	own = namespace_of(pool, list,
			   pool_print(pool, "%s/proc/self/ns/net", netns_root));
	if (!own) {
		/* A sample of a single namespace. */
		own = pool_get(pool, sizeof(*own));
		own->file = "";
		own->tree = *netns_root ? netns_root : NULL;
		*pool_add(pool, list->ns, list->count) = own;
	}
	own->own = true;
	hold(pool, own);
	find_processes(pool, list);
	find_files(pool, list, "run/netns", true);
	find_files(pool, list, "run/docker/netns", false);
	for (i = 0; i < list->count; i++)
		first = first || list->ns[i]->first;
	/* Only root is told which the first process's is. */
	own->first = own->first || !first;
	for (i = 0; i < list->count; i++)
		name(pool, list->ns[i]);
	qsort(list->ns, list->count, sizeof(list->ns[0]), in_order);
	keep_apart(pool, list);
}

/**
 * netns_by_word - find the namespace that somebody means
 * @list: the namespaces there are
 * @word: a name, the number of a process, or a file
 *
 * Return: the namespace, or NULL.
 */
struct netns *netns_by_word(const struct netns_list *list, const char *word)
{
	struct stat st;
	int i;

	for (i = 0; i < list->count; i++)
		if (*word && !strcmp(list->ns[i]->name, word))
			return list->ns[i];
	for (i = 0; i < list->count; i++)
		if (list->ns[i]->container && !strcmp(list->ns[i]->container, word))
			return list->ns[i];
	if (text_is_number(word)) {
		char file[64];

		snprintf(file, sizeof(file), "/proc/%.16s/ns/net", word);
		if (!*netns_root && !stat(file, &st))
			return find_inode(list, &st);
		for (i = 0; i < list->count; i++)
			if (list->ns[i]->pid == atoi(word))
				return list->ns[i];
		return NULL;
	}
	if (strchr(word, '/') && !stat(word, &st))
		return find_inode(list, &st);
	return NULL;
}

/**
 * netns_by_inode - find the namespace with a number
 * @list: the namespaces there are
 * @inode: the number
 *
 * Return: the namespace, or NULL.
 */
struct netns *netns_by_inode(const struct netns_list *list,
			     unsigned long long inode)
{
	int i;

	for (i = 0; i < list->count; i++)
		if (list->ns[i]->inode == inode)
			return list->ns[i];
	return NULL;
}

/**
 * netns_may_enter - say whether other namespaces can be looked into at all
 * @list: the namespaces there are
 *
 * Context: before another one is entered.
 * Return: whether this is root, or a sample.
 */
bool netns_may_enter(const struct netns_list *list)
{
	bool may;
	int fd;

	if (*netns_root || !list->ns[0]->inode)
		return *netns_root;
	fd = netns_open(list->ns[0]);
	may = fd >= 0 && !setns(fd, CLONE_NEWNET);
	if (fd >= 0)
		close(fd);
	return may;
}

static bool is_open_at(const struct netns *ns, int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_ino == ns->inode && st.st_dev == ns->device;
}

/* The same namespace by another of its processes: the one that showed it has ended. */
static int open_by_process(const struct netns *ns)
{
	struct dirent *entry;
	char file[64];
	int fd = -1;
	DIR *dir;

	dir = opendir("/proc");
	while (dir && fd < 0 && (entry = readdir(dir))) {
		if (!text_is_number(entry->d_name))
			continue;
		snprintf(file, sizeof(file), "/proc/%.16s/ns/net", entry->d_name);
		fd = open(file, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || is_open_at(ns, fd))
			continue;
		close(fd);
		fd = -1;
	}
	if (dir)
		closedir(dir);
	if (fd < 0)
		errno = ENOENT;
	return fd;
}

/**
 * netns_open - open a namespace, for messages that name it
 * @ns: the namespace
 *
 * Return: a file descriptor, -1 with errno set if it cannot be opened: ENOENT if it
 * has gone.
 */
int netns_open(const struct netns *ns)
{
	int fd = open(ns->file, O_RDONLY | O_CLOEXEC);

	/* By now a file may be another one's: numbers of processes are used again. */
	if (fd >= 0 && !is_open_at(ns, fd)) {
		close(fd);
		fd = -1;
		errno = ENOENT;
	}
	if (fd < 0 && (errno == ENOENT || errno == ESRCH))
		fd = open_by_process(ns);
	return fd;
}

/**
 * netns_enter - have everything that follows happen in a namespace
 * @ns: the namespace
 *
 * Return: 0, or a negative errno.
 */
int netns_enter(const struct netns *ns)
{
	int fd, error = 0;

	if (*netns_root) {
		tree = ns->tree;
		return 0;
	}
	if (inside ? ns->inode == inside : ns->own)
		return 0;
	fd = netns_open(ns);
	if (fd < 0)
		return -errno;
	if (setns(fd, CLONE_NEWNET))
		error = -errno;
	close(fd);
	if (!error)
		inside = ns->inode;
	return error;
}
