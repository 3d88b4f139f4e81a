/*
 * Who signs, and how. It knows which program makes a signature; whether the signature is good is
 * runtime/trust's to say, and it is asked before anything is stored.
 */
#include "runtime/cli/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/crypto_spki.h"

#define KEY_FILE_MAX 65536
#define AGENT_KEYS_MAX (1u << 20) /* bytes of `ssh-add -L` */

extern char **environ;

/* ---- other programs ------------------------------------------------------------------- */

/*
 * Run a program with these bytes as its input; its output is appended, its messages go to the
 * terminal. False: said why.
 */
static bool
run(const char *const argv[], struct wr_text input, struct wr_buf *output)
{
	FILE *in = tmpfile(), *out = tmpfile();
	posix_spawn_file_actions_t actions;
	int status = 0, failed;
	pid_t child;
	bool good = false;

	if (in == NULL || out == NULL || fwrite(input.at, 1, input.size, in) != input.size || fflush(in) != 0) {
		wd_say_error("cannot write a temporary file: %s", strerror(errno));
		goto done;
	}
	rewind(in);
	if (posix_spawn_file_actions_init(&actions) != 0)
		goto done;
	(void)posix_spawn_file_actions_adddup2(&actions, fileno(in), STDIN_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
	failed = posix_spawnp(&child, argv[0], &actions, NULL, (char **)(uintptr_t)argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (failed != 0) {
		wd_say_error("cannot run %s: %s", argv[0], strerror(failed));
		wd_say_help("SSH keys need the OpenSSH client");
		goto done;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		wd_say_error("%s %s failed", argv[0], argv[1]);
		goto done;
	}
	good = lseek(fileno(out), 0, SEEK_SET) == 0 && wd_fd_read(fileno(out), output) == WR_OK;
	if (!good)
		wd_say_error("cannot read what %s wrote", argv[0]);
done:
	if (in != NULL)
		(void)fclose(in);
	if (out != NULL)
		(void)fclose(out);
	return good;
}

/* ---- what --key names ------------------------------------------------------------------ */

static bool
begins(struct wr_text t, const char *with)
{
	size_t size = strlen(with);

	return t.size >= size && memcmp(t.at, with, size) == 0;
}

/* A line of a .pub file, without its end. */
static struct wr_text
first_line(struct wr_text t)
{
	size_t size = 0;

	while (size < t.size && t.at[size] != '\n' && t.at[size] != '\r')
		size++;
	return (struct wr_text){ t.at, size };
}

static enum wd_exit
not_a_key(const char *name, const char *why)
{
	wd_say_error("%s: %s", wd_say_safe(wr_text_of(name)), why);
	return WD_TROUBLE;
}

static enum wd_exit
open_ssh_line(struct wd_signer *s, const char *name, struct wr_text line)
{
	const char *why = "out of memory";

	if (wd_key_read(WR_TEXT("ssh"), line, &s->arena, &s->key, &why) == WR_OK)
		return WD_YES;
	return not_a_key(name, why);
}

/* A private key of SSH's: who it is stands in KEY.pub, or ssh-keygen says it. */
static enum wd_exit
open_ssh_private(struct wd_signer *s, const char *path)
{
	char beside[PATH_MAX];
	struct wr_buf line;
	enum wd_exit code = WD_TROUBLE;

	wr_buf_init(&line, wd_alloc(), KEY_FILE_MAX);
	if (snprintf(beside, sizeof beside, "%s.pub", path) >= (int)sizeof beside)
		code = not_a_key(path, "its name is too long");
	else if (wd_file_read(beside, &line) == WR_OK ||
		 run((const char *const[]){ "ssh-keygen", "-y", "-f", path, NULL }, WR_TEXT(""), &line))
		code = open_ssh_line(s, path, first_line(wr_buf_view(&line)));
	wr_buf_free(&line);
	return code;
}

static enum wd_exit
open_file(struct wd_signer *s, const char *path)
{
	struct wr_buf spki;
	enum wr_status status = wd_file_read(path, &s->pem);
	struct wr_text text = wr_buf_view(&s->pem);
	const char *why = "out of memory";
	enum wd_exit code;

	if (status != WR_OK) {
		wd_say_error("cannot read the key %s: %s", wd_say_safe(wr_text_of(path)), wd_file_why(status));
		return WD_TROUBLE;
	}
	if (strlen(path) >= sizeof s->path)
		return not_a_key(path, "its name is too long");
	if (begins(text, "-----BEGIN OPENSSH PRIVATE KEY-----") || begins(text, "ssh-") || begins(text, "ecdsa-") ||
	    begins(text, "sk-")) {
		(void)snprintf(s->path, sizeof s->path, "%s", path);
		code = begins(text, "-") ? open_ssh_private(s, path) : open_ssh_line(s, path, first_line(text));
		return code;
	}
	wr_buf_init(&spki, wd_alloc(), WD_KEY_TEXT_MAX);
	status = wd_pem_spki(text, &spki, &why);
	if (status == WR_OK) {
		status = wd_key_of_spki(wr_buf_view(&spki), &s->arena, &s->key, &why);
	}
	wr_buf_free(&spki);
	return status == WR_OK ? WD_YES : not_a_key(path, why);
}

/* The agent's key with this fingerprint, as a public key file for ssh-keygen: it finds the agent itself. */
static enum wd_exit
open_agent(struct wd_signer *s, const char *fingerprint)
{
	struct wr_buf list, print;
	enum wd_exit code = WD_TROUBLE;
	bool found = false;

	if (strncmp(fingerprint, "SHA256:", 7) == 0)
		fingerprint += 7;
	wr_buf_init(&list, wd_alloc(), AGENT_KEYS_MAX);
	wr_buf_init(&print, wd_alloc(), 128);
	if (!run((const char *const[]){ "ssh-add", "-L", NULL }, WR_TEXT(""), &list))
		goto done;
	for (size_t at = 0; at < list.size && !found;) {
		struct wr_text line = first_line((struct wr_text){ list.at + at, list.size - at });

		at += line.size + 1;
		wr_buf_free(&print);
		wr_buf_init(&print, wd_alloc(), 128);
		if (wd_key_read(WR_TEXT("ssh"), line, &s->arena, &s->key, NULL) != WR_OK)
			continue; /* an agent may hold keys of kinds that do not count here */
		wd_key_fingerprint(&s->key, &print);
		found = print.status == WR_OK && strcmp(print.at + 7, fingerprint) == 0;
		if (found) {
			int fd;

			(void)snprintf(s->path, sizeof s->path, "/tmp/writ-key-XXXXXX");
			fd = mkstemp(s->path);
			s->temporary = fd >= 0;
			if (fd < 0 || write(fd, line.at, line.size) != (ssize_t)line.size || write(fd, "\n", 1) != 1)
				wd_say_error("cannot write a temporary file: %s", strerror(errno));
			else
				code = WD_YES;
			if (fd >= 0)
				(void)close(fd);
		}
	}
	if (!found) {
		wd_say_error("the agent has no key with the fingerprint %s", wd_say_safe(wr_text_of(fingerprint)));
		wd_say_help("`ssh-add -l` lists its keys");
	}
done:
	wr_buf_free(&list);
	wr_buf_free(&print);
	return code;
}

enum wd_exit
wd_signer_open(const struct wd_args *args, struct wd_signer *ret_signer)
{
	const char *name = wd_arg(args, "key");

	if (name != NULL)
		return wd_signer_open_named(name, ret_signer);
	memset(ret_signer, 0, sizeof *ret_signer);
	wd_say_error("whose key? say --key KEY");
	wd_say_help("`writ keygen NAME` makes one, an SSH key does as well; its public half stands in the policy");
	return WD_TROUBLE;
}

enum wd_exit
wd_signer_open_named(const char *name, struct wd_signer *ret_signer)
{
	memset(ret_signer, 0, sizeof *ret_signer);
	wr_arena_init(&ret_signer->arena, wd_alloc(), 1 << 20);
	wr_buf_init(&ret_signer->pem, wd_alloc(), KEY_FILE_MAX);
	if (strncmp(name, "agent:", 6) == 0)
		return open_agent(ret_signer, name + 6);
	return open_file(ret_signer, name);
}

void
wd_signer_close(struct wd_signer *signer)
{
	if (signer->arena.alloc == NULL) /* never opened */
		return;
	if (signer->temporary)
		(void)unlink(signer->path);
	if (signer->pem.at != NULL)
		wd_wipe(signer->pem.at, signer->pem.room);
	wr_buf_free(&signer->pem);
	wr_arena_free(&signer->arena);
}

/* ---- signatures ------------------------------------------------------------------------ */

enum wr_status
wd_signature_read(struct wr_text file, struct wr_buf *out)
{
	static const char head[] = "-----BEGIN SSH SIGNATURE-----";
	struct wr_buf digits;
	enum wr_status status;
	bool ended = false;

	if (!begins(file, head)) {
		wr_buf_text(out, file);
		return out->status;
	}
	wr_buf_init(&digits, out->alloc, 2 * WD_SIGNATURE_MAX);
	for (size_t at = sizeof head - 1; at < file.size && !ended; at++) {
		ended = file.at[at] == '-';
		if (!ended && file.at[at] != '\n' && file.at[at] != '\r')
			wr_buf_byte(&digits, (uint8_t)file.at[at]);
	}
	status = digits.status;
	if (status == WR_OK)
		status = ended ? wd_base64_read(wr_buf_view(&digits), out) : WR_MALFORMED;
	wr_buf_free(&digits);
	return status;
}

enum wd_exit
wd_signer_sign(const struct wd_signer *signer, struct wr_text message, struct wr_buf *signature)
{
	const char *why = "out of memory";
	enum wr_status status;
	struct wr_buf armoured;

	if (signer->path[0] == '\0') {
		status = wd_pem_sign(wr_buf_view(&signer->pem), message, signature, &why);
	} else {
		wr_buf_init(&armoured, wd_alloc(), 4 * WD_SIGNATURE_MAX);
		if (!run((const char *const[]){ "ssh-keygen", "-q", "-Y", "sign", "-n", WD_SSHSIG_NAMESPACE, "-f",
			     signer->path, NULL }, message, &armoured)) {
			wr_buf_free(&armoured);
			return WD_TROUBLE;
		}
		why = "ssh-keygen wrote no signature";
		status = wd_signature_read(wr_buf_view(&armoured), signature);
		wr_buf_free(&armoured);
	}
	if (status == WR_OK && !wd_key_has_signed(&signer->key, message, wr_buf_view(signature), wd_alloc())) {
		why = "the signature does not fit the key";
		status = WR_INVALID;
	}
	if (status == WR_OK)
		return WD_YES;
	wd_say_error("cannot sign: %s", why);
	return WD_TROUBLE;
}
