package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/demo"
)

// build makes the stripped program.
func (b *Bench) build(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.heed, "./cmd/heed")
	cmd.Dir, cmd.Stderr = b.Source, os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build the program: %w", err)
	}
	return nil
}

// installation is a folder, and perhaps a database, with made-up people in it.
type installation struct {
	app.Config
	raisers []string // tokens of those who raise
	lead    string   // token of the lead
}

var quiet = slog.New(slog.DiscardHandler)

// install makes an installation with people and as many tokens of raisers.
func (b *Bench) install(ctx context.Context, name, db string, tokens int) (*installation, error) {
	in := &installation{Config: app.Config{Data: filepath.Join(b.Dir, name), DB: db, Plain: true}}
	now := clock.System{}.Now()
	if err := demo.People(ctx, in.Config, now, quiet); err != nil {
		return nil, fmt.Errorf("make people: %w", err)
	}
	err := in.open(ctx, func(a *app.App) error {
		word, err := demo.Word(ctx, a, "lead", now)
		if err != nil {
			return err
		}
		if in.lead, err = a.Directory.IssueToken(ctx, word, "bench", 24*time.Hour); err != nil {
			return err
		}
		logins := []string{"nurse", "porter", "therapist"}
		for i, login := range logins {
			word, err := demo.Word(ctx, a, login, now)
			if err != nil {
				return err
			}
			for range (tokens + len(logins) - 1 - i) / len(logins) {
				t, err := a.Directory.IssueToken(ctx, word, "bench", 24*time.Hour)
				if err != nil {
					return err
				}
				in.raisers = append(in.raisers, t)
			}
		}
		return nil
	})
	return in, err
}

// open opens the installation in this process.
func (in *installation) open(ctx context.Context, fn func(*app.App) error) error {
	a, err := app.Open(ctx, in.Config, clock.System{}, quiet)
	if err != nil {
		return err
	}
	return errors.Join(fn(a), a.Close())
}

// program is the real binary at work.
type program struct {
	cmd  *exec.Cmd
	addr string
	log  string // where its complaints go
}

// serve starts the real binary on an installation.
func (b *Bench) serve(in *installation) (*program, error) {
	p := &program{log: in.Data + ".log"}
	args := []string{"serve", "--data", in.Data, "--plain", "--addr", "127.0.0.1:0"}
	if in.DB != "" {
		args = append(args, "--db", in.DB)
	}
	p.cmd = exec.Command(b.heed, args...)
	log, err := os.Create(p.log)
	if err != nil {
		return nil, fmt.Errorf("make log: %w", err)
	}
	defer log.Close()
	p.cmd.Stderr = log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	lines := bufio.NewReader(out)
	said, err := lines.ReadString('\n')
	address, found := strings.CutPrefix(strings.TrimSpace(said), "Open ")
	u, e := url.Parse(address)
	if err != nil || !found || e != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		words, _ := os.ReadFile(p.log)
		return nil, fmt.Errorf("the program does not start: %s%s", said, words)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	p.addr = u.Host
	return p, nil
}

func (p *program) pid() int { return p.cmd.Process.Pid }

// cpu is the processor time that the program has used; this process's own when the
// program runs in it.
func (p *program) cpu() (time.Duration, error) {
	if p.cmd == nil {
		return cpuHere(), nil
	}
	return cpuOf(p.pid())
}

// stop ends the program as an operator does.
func (p *program) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the program: %w", err)
	}
	if err := p.cmd.Wait(); err != nil {
		words, _ := os.ReadFile(p.log)
		return fmt.Errorf("the program ended badly: %w: %s", err, words)
	}
	return nil
}

// dial connects to a program.
func dial(addr string) (net.Conn, error) {
	return net.DialTimeout("tcp", addr, 5*time.Second)
}

// tail is the end of a program's log.
func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-600):])
}
