// Package cli is Heed's command line: everything that an operator does.
//
// It keeps true: each command says in words what it did and what comes next; an
// error is one sentence with its remedy and a non-zero exit; secrets are asked
// for or taken from the environment, never from arguments; nothing is written
// over. Every setting of an installation can be given as an environment variable
// HEED_…; who a single call is about (user add, token new) is only ever said in
// the call, so that nothing left in the environment speaks for a person.
//
// Trusted with: what the operator of the machine may do. That is to run, update,
// back up and add accounts; it is not to read a record or to give anybody a role
// alone.
package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/cli/stats"
	"heed/internal/fail"
)

// CLI is all commands.
type CLI struct {
	Demo    demoCmd    `cmd:"" help:"Try Heed with made-up people and a year of made-up history."`
	Init    initCmd    `cmd:"" help:"Set up an installation: folder, keys, organisation and its two grantors."`
	Serve   serveCmd   `cmd:"" help:"Run an installation."`
	User    userCmd    `cmd:"" help:"Accounts: add, roles, codes, leavers."`
	Grantor grantorCmd `cmd:"" help:"The two people who together give every role: who they are, and replacing one."`
	Token   tokenCmd   `cmd:"" help:"Tokens for programs."`
	Mail    mailCmd    `cmd:"" help:"Try the mail server."`
	Around  bodiesCmd  `cmd:"" name:"directory" help:"The organisations around this one: import a file, look, take an import back."`
	Keys    keysCmd    `cmd:"" help:"Copy, change and give up keys."`
	Process processCmd `cmd:"" help:"Prove the shipped process of a concern."`
	Overlay overlayCmd `cmd:"" help:"What this organisation lays on the processes: check, lay, show, take off."`
	Verify  verifyCmd  `cmd:"" help:"Prove that nothing was altered. Exits with 1 when something was."`
	Witness witnessCmd `cmd:"" help:"Sign other installations' checkpoints, so that their history cannot be rewritten."`
	Backup  backupCmd  `cmd:"" help:"Save an installation into one sealed file, while it runs."`
	Restore restoreCmd `cmd:"" help:"Put a backup into an empty installation."`
	Erase   eraseCmd   `cmd:"" help:"Erase one record that has ended, on the words of two people, with a certificate."`
	OpenAPI openapiCmd `cmd:"" name:"openapi" help:"Print the OpenAPI document."`
	Figures figuresCmd `cmd:"" help:"Figures of months and quarters that are over: count and recount them."`
	Stats   stats.Cmd  `cmd:"" help:"Charts, intervals, agreement and disclosure control, on plain numbers."`
	Docs    docsCmd    `cmd:"" hidden:"" help:"Print generated documents."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// place is where an installation is: shared by most commands.
type place struct {
	Data     string `help:"Folder of the installation: its keys and, with SQLite, its database." env:"HEED_DATA" default:"heed-data" type:"path"`
	DB       string `help:"PostgreSQL instead of SQLite: postgres://user@host/name" env:"HEED_DB" name:"db"`
	KeyStore string `help:"The generation keys, if they are not in the folder. They have a backup life of their own." env:"HEED_KEY_STORE" type:"path"`
}

func (p place) config() app.Config {
	return app.Config{Data: p.Data, DB: p.DB, KeyStore: p.KeyStore}
}

// where are the flags that name the installation again, for the next command.
func (p place) where() string {
	out := "--data " + quoted(p.Data)
	if p.DB != "" {
		out += " --db …" // may hold a password: not said again
	}
	if p.KeyStore != "" {
		out += " --key-store " + quoted(p.KeyStore)
	}
	return out
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	if strings.ContainsAny(path, " \t'\"$\\&;()*?<>|") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// Env is what a command may use of the world.
type Env struct {
	Ctx context.Context
	In  io.Reader
	Out io.Writer
	Err io.Writer
	Log *slog.Logger

	lines *bufio.Reader // of In, from the first question on
}

func (e *Env) say(format string, args ...any) { fmt.Fprintf(e.Out, format+"\n", args...) }

const about = `Heed is where a health worker's worry about a person who may be drawn into
terrorism is raised, taken up, decided, shared only on a recorded lawful ground,
and answered.

To try it:

    heed demo

In earnest:

    heed init --help
    heed serve --help

Every setting can also be a variable of the environment, named behind it.`

// Main runs the program and gives its exit code.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	unsetEmpty()
	return Run(ctx, args, os.Stdin, os.Stdout, os.Stderr)
}

// Run runs one command. 0: done; 1: found something wrong (verify, check), or it failed; 2: the words of the call are
// off.
func Run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	var c CLI
	code := -1
	parser, err := newParser(&c, kong.Writers(out, errs), kong.Exit(func(n int) { code = n }))
	if err != nil {
		fmt.Fprintln(errs, "heed:", err)
		return 1
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help":
		args = append(slices.Clone(args[1:]), "--help")
	}
	k, err := parser.Parse(args)
	if code >= 0 { // help was printed
		return code
	}
	if err != nil {
		fmt.Fprintf(errs, "heed: %s\nSee: %s --help\n", err, called(err))
		return 2
	}
	env := &Env{Ctx: ctx, In: in, Out: out, Err: errs, Log: slog.New(slog.NewTextHandler(errs, nil))}
	k.BindTo(in, (*io.Reader)(nil))
	k.BindTo(out, (*io.Writer)(nil))
	return report(errs, k.Run(env))
}

// newParser is the grammar of the command line.
func newParser(c *CLI, also ...kong.Option) (*kong.Kong, error) {
	return kong.New(c, append([]kong.Option{kong.Name("heed"), kong.Description(about), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.DefaultEnvars("HEED"), durations(),
		kong.Vars{"roles": roleNames()}}, also...)...)
}

// roleNames are the roles that people are given, as they are typed.
func roleNames() string {
	var names []string
	for _, role := range access.Given() {
		names = append(names, string(role))
	}
	return strings.Join(names, ", ")
}

// TestOnlyUnderstands says whether a call is one that the command line takes. It runs nothing.
func TestOnlyUnderstands(args []string) error {
	parser, err := newParser(new(CLI), kong.Exit(func(int) {}))
	if err != nil {
		return err
	}
	_, err = parser.Parse(args)
	return err
}

// called is the command that was meant, as far as it was understood.
func called(err error) string {
	var p *kong.ParseError
	if errors.As(err, &p) && p.Context != nil && p.Context.Command() != "" {
		words := strings.Fields("heed " + p.Context.Command())
		return strings.Join(slices.DeleteFunc(words, func(w string) bool {
			return strings.HasPrefix(w, "<") || strings.HasPrefix(w, "[")
		}), " ")
	}
	return "heed"
}

// report writes what went wrong in words. Those of the system, of the database and
// of Go itself are told only to who asks for them.
func report(errs io.Writer, err error) int {
	var status exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	}
	var coded interface{ ExitCode() int }
	var said []string
	for _, part := range fail.Parts(err) { // what failed in one room, and in another
		if words := inWords(part); !slices.Contains(said, words) {
			fmt.Fprintln(errs, "heed:", words)
			said = append(said, words)
		}
	}
	if os.Getenv("HEED_DEBUG") != "" {
		fmt.Fprintln(errs, "cause:", err)
	}
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	if fail.Is(err, fail.Bad) {
		return 2
	}
	return 1
}

// inWords is what went wrong and what to do.
func inWords(err error) string {
	if len(fail.FieldsOf(err)) > 0 {
		return wordsOf(err)
	}
	if !fail.Is(err, fail.Broken) {
		return fail.Words(err)
	}
	var path *fs.PathError
	switch {
	case errors.Is(err, context.Canceled):
		return "Stopped before it was done"
	case errors.Is(err, syscall.ENOSPC):
		return "The disk is full. Make room, then do it again"
	case errors.As(err, &path) && errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("This user may not use %s. Run heed as the user to whom it belongs", path.Path)
	case errors.As(err, &path) && errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("%s is not there. Look whether the path is right", path.Path)
	}
	return "This failed for a reason that Heed has no words for. Set HEED_DEBUG=1 and do it again to see the cause"
}

// exit is an exit code whose words were said already.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }
