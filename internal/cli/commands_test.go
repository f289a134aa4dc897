package cli

import (
	"bufio"
	"context"
	stdsql "database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// people holds second factors and which codes were used, as a phone and its owner do.
type people struct{}

type phone struct {
	secret string
	used   map[int64]bool
}

var (
	phonesMu sync.Mutex
	phones   = map[string]*phone{} // by work folder and login
)

func phoneOf(ts *testscript.TestScript, login string) *phone {
	phonesMu.Lock()
	defer phonesMu.Unlock()
	p := phones[ts.Getenv("WORK")+login]
	if p == nil {
		secret, _, err := directory.SecondFor("Test", "")
		ts.Check(err)
		p = &phone{secret, map[int64]bool{}}
		phones[ts.Getenv("WORK")+login] = p
	}
	return p
}

// code is one that was not used yet: of now, else of the step before or after.
func (p *phone) code(ts *testscript.TestScript) string {
	for {
		now := clock.System{}.Now()
		for _, d := range []time.Duration{0, 1, -1} {
			at := now.Add(d * 30 * time.Second)
			if d < 0 && now.Unix()%30 > 15 {
				continue // too old by the time it is looked at
			}
			if step := at.Unix() / 30; !p.used[step] {
				p.used[step] = true
				code, err := totp.GenerateCode(p.secret, at)
				ts.Check(err)
				return code
			}
		}
		time.Sleep(time.Second)
	}
}

func opened(ts *testscript.TestScript, data, db string, fn func(context.Context, *app.App) error) {
	ctx := context.Background()
	a, err := app.Open(ctx, app.Config{Data: ts.MkAbs(data), DB: db}, clock.System{}, slog.New(slog.DiscardHandler))
	ts.Check(err)
	ts.Check(errors.Join(fn(ctx, a), a.Close()))
}

var codeLine = regexp.MustCompile(`(?m)^  (\w+): (\S+)$`)

// founded makes an installation with the command and enrols its grantors: founded DATA [flags]
func (p people) founded(ts *testscript.TestScript, neg bool, args []string) {
	call := append([]string{"init", "--data", args[0], "--name=Test Trust", "--lead-name=Lena", "--lead-phone=01632960101",
		"--grantor=guardian, Gwen Sample, guardian@example.org, caldicott_guardian",
		"--grantor=executive, Ed Example, executive@example.org, executive_lead"}, args[1:]...)
	ts.Check(ts.Exec("heed", call...))
	ts.Check(os.WriteFile(ts.MkAbs("stdout.init"), []byte(ts.ReadFile("stdout")), 0o600))
	if m := regexp.MustCompile(`(heed-\w+/log)\+`).FindStringSubmatch(ts.ReadFile("stdout")); m != nil {
		ts.Setenv("ORIGIN", m[1])
	}
	for _, m := range codeLine.FindAllStringSubmatch(ts.ReadFile("stdout"), -1) {
		p.enrolWith(ts, args[0], flagOf(args, "--db="), m[1], m[2])
	}
}

func flagOf(args []string, name string) string {
	for _, a := range args {
		if v, ok := strings.CutPrefix(a, name); ok {
			return v
		}
	}
	return ""
}

// enrol enrols with the code that the last command printed: enrol DATA LOGIN [--db=…]
func (p people) enrol(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Fields(ts.ReadFile("stdout"))
	p.enrolWith(ts, args[0], flagOf(args, "--db="), args[1], lines[len(lines)-1])
}

func (people) enrolWith(ts *testscript.TestScript, data, db, login, oneTime string) {
	ph := phoneOf(ts, login)
	opened(ts, data, db, func(ctx context.Context, a *app.App) error {
		code, err := totp.GenerateCode(ph.secret, a.Now())
		ts.Check(err)
		return a.Directory.Enrol(ctx, login, oneTime, password, ph.secret, code)
	})
}

// code wants an exit code, and never a stack trace: code N program args…
func code(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
	said := ts.ReadFile("stderr")
	if strings.Contains(said, "goroutine ") || strings.Contains(said, "panic:") {
		ts.Fatalf("a stack trace: %s", said)
	}
	if got != 0 && said+ts.ReadFile("stdout") == "" {
		ts.Fatalf("no words for code %d", got)
	}
}

// valid wants a file to be JSON: valid FILE
func valid(ts *testscript.TestScript, neg bool, args []string) {
	if !json.Valid([]byte(ts.ReadFile(args[0]))) {
		ts.Fatalf("%s is not JSON", args[0])
	}
}

// word puts "password code" into a variable: word HEED_WORD_1 LOGIN
func (people) word(ts *testscript.TestScript, neg bool, args []string) {
	ts.Setenv(args[0], password+" "+phoneOf(ts, args[1]).code(ts))
}

// raise raises a concern and puts its reference into REF: raise DATA LOGIN [--db=…]
func (people) raise(ts *testscript.TestScript, neg bool, args []string) {
	opened(ts, args[0], flagOf(args, "--db="), func(ctx context.Context, a *app.App) error {
		r, err := a.Concerns.Raise(ctx, actor(ts, a, args[1], ""),
			room.Beginning{Answers: field.Said("about", "patient", "what", "Canary Zaunkönig")})
		ts.Check(err)
		ts.Setenv("REF", string(r.Reference))
		_, err = a.Ledger.Sequence(ctx)
		return err
	})
}

func actor(ts *testscript.TestScript, a *app.App, login string, role access.Role) access.Actor {
	p, err := a.Directory.FindLogin(context.Background(), login)
	ts.Check(err)
	who, err := a.Directory.Actor(context.Background(), p.ID, role, true)
	ts.Check(err)
	return who
}

// closes brings the concern REF to its end: close DATA LOGIN
func closes(ts *testscript.TestScript, neg bool, args []string) {
	opened(ts, args[0], "", func(ctx context.Context, a *app.App) error {
		for _, s := range []room.Taking{room.Said(process.Acknowledge), room.Said(process.Triage, "decision",
			process.NotSafeguarding, "reasons", "A misunderstanding"),
			room.Said(process.GiveFeedback, "result", process.Told, "words", "Thank you"),
			room.Said(process.Close, "reasons", "Done")} {
			_, err := a.Concerns.Take(ctx, actor(ts, a, args[1], access.Lead), id.Reference(ts.Getenv("REF")), s)
			ts.Check(err)
		}
		return nil
	})
}

// later raises a concern as two days from now, under keys made then: later DATA LOGIN
func later(ts *testscript.TestScript, neg bool, args []string) {
	ctx := context.Background()
	hand := clock.NewHand(clock.System{}.Now().Add(48 * time.Hour))
	c := app.Config{Data: ts.MkAbs(args[0])}
	if len(args) > 2 {
		c.DB = strings.TrimPrefix(args[2], "--db=")
	}
	a, err := app.Open(ctx, c, hand, slog.New(slog.DiscardHandler))
	ts.Check(err)
	_, err = a.Concerns.Raise(ctx, actor(ts, a, args[1], ""),
		room.Beginning{Answers: field.Said("about", "patient", "what", "Later")})
	ts.Check(errors.Join(err, a.Close()))
}

// signed waits until a checkpoint has a signature of that name: signed URL NAME
func signed(ts *testscript.TestScript, neg bool, args []string) {
	for range 150 {
		resp, err := http.Get(args[0])
		ts.Check(err)
		body, err := io.ReadAll(resp.Body)
		ts.Check(errors.Join(err, resp.Body.Close()))
		if strings.Contains(string(body), "— "+args[1]+" ") {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	ts.Fatalf("%s never bore the signature of %s", args[0], args[1])
}

type program struct {
	cmd  *exec.Cmd
	errs *strings.Builder
	done chan error
}

var (
	programsMu sync.Mutex
	programs   = map[string]*program{}
)

// start runs heed in the background until it prints its address, which goes into
// URL_NAME; all that it printed is in NAME.out: start NAME args…
func start(ts *testscript.TestScript, neg bool, args []string) {
	path, err := exec.LookPath("heed")
	ts.Check(err)
	settings := []string{"HOME", "TMPDIR", "PATH"}
	if args[len(args)-1] == "--inherit" { // the settings of the script
		args = args[:len(args)-1]
		settings = append(settings, "HEED_PROXIES", "HEED_PUBLIC_URL", "HEED_BACKUP_LIFE", "HEED_DB", "HEED_IDLE",
			"HEED_MAIL_HOST",
			"HEED_WITNESS", "HEED_OVERLAY", "HEED_METRICS", "HEED_TLS_CERT")
	}
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.Getenv("WORK")
	for _, k := range settings {
		cmd.Env = append(cmd.Env, k+"="+ts.Getenv(k))
	}
	p := &program{cmd: cmd, errs: &strings.Builder{}, done: make(chan error, 1)}
	cmd.Stderr = p.errs
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	url := make(chan string, 2)
	var said strings.Builder
	go func() {
		defer close(url)
		for in := bufio.NewScanner(out); in.Scan(); {
			said.WriteString(in.Text() + "\n")
			for _, begin := range []string{"Listening at ", "Open "} {
				if u, ok := strings.CutPrefix(in.Text(), begin); ok {
					url <- u
				}
			}
		}
	}()
	ts.Defer(func() { _ = cmd.Process.Kill() })
	select {
	case u, ok := <-url:
		if !ok {
			ts.Fatalf("%s ended: %s %s", args[0], said.String(), p.errs)
		}
		ts.Setenv("URL_"+args[0], u)
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), []byte(said.String()), 0o600))
	case <-time.After(60 * time.Second):
		ts.Fatalf("%s did not start", args[0])
	}
	programsMu.Lock()
	programs[ts.Getenv("WORK")+args[0]] = p
	programsMu.Unlock()
}

// halt sends SIGTERM, or SIGHUP, and wants a clean end: halt NAME [hangup]. (The stop of
// testscript itself ends a script, and calls it passed.)
func halt(ts *testscript.TestScript, neg bool, args []string) {
	programsMu.Lock()
	p := programs[ts.Getenv("WORK")+args[0]]
	programsMu.Unlock()
	signal := syscall.SIGTERM
	if len(args) > 1 {
		signal = syscall.SIGHUP
	}
	ts.Check(p.cmd.Process.Signal(signal))
	go func() { p.done <- p.cmd.Wait() }()
	select {
	case err := <-p.done:
		if err != nil {
			ts.Fatalf("%s ended with %v: %s", args[0], err, p.errs)
		}
	case <-time.After(20 * time.Second):
		ts.Fatalf("%s does not end", args[0])
	}
	if strings.Contains(p.errs.String(), "panic") || strings.Contains(p.errs.String(), "goroutine ") {
		ts.Fatalf("%s: %s", args[0], p.errs)
	}
}

// get wants a status and writes the body to a file: get URL STATUS FILE [HEADER…]
func get(ts *testscript.TestScript, neg bool, args []string) {
	q, err := http.NewRequest(http.MethodGet, args[0], nil)
	ts.Check(err)
	if len(args) > 3 {
		q.Header.Set("Authorization", args[3])
	}
	resp, err := http.DefaultClient.Do(q)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), body, 0o600))
	if fmt.Sprint(resp.StatusCode) != args[1] {
		ts.Fatalf("%s: %d, want %s: %.500s", args[0], resp.StatusCode, args[1], body)
	}
}

// await is get, tried again for half a minute: for what comes with the next beat.
func await(ts *testscript.TestScript, neg bool, args []string) {
	for range 150 {
		resp, err := http.Get(args[0])
		ts.Check(err)
		ts.Check(resp.Body.Close())
		if fmt.Sprint(resp.StatusCode) == args[1] {
			get(ts, neg, args)
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	ts.Fatalf("%s never answered with %s", args[0], args[1])
}

// sql runs a statement in the folder's database and wants it to change something.
func sql(ts *testscript.TestScript, neg bool, args []string) {
	db, err := stdsql.Open("sqlite", filepath.Join(ts.MkAbs(args[0]), "heed.db"))
	ts.Check(err)
	r, err := db.Exec(args[1])
	ts.Check(err)
	n, err := r.RowsAffected()
	ts.Check(errors.Join(err, db.Close()))
	if n == 0 {
		ts.Fatalf("%s changed nothing", args[1])
	}
}

// flip changes one bit of a file: flip FILE OFFSET
func flip(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	var at int
	_, err = fmt.Sscan(args[1], &at)
	ts.Check(err)
	b[(at+len(b))%len(b)] ^= 1
	ts.Check(os.WriteFile(path, b, 0o600))
}

// keep puts a line of a file that matches into a variable: keep VAR FILE PATTERN
func keep(ts *testscript.TestScript, neg bool, args []string) {
	m := regexp.MustCompile("(?m)" + args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if m == nil {
		ts.Fatalf("%s has nothing like %s", args[1], args[2])
	}
	ts.Setenv(args[0], m[len(m)-1])
}
