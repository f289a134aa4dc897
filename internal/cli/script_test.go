package cli

import (
	stdsql "database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"heed/internal/store/storetest"
)

// TestMain lets the scripts run heed as a program of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"heed": func() { os.Exit(Main(os.Args[1:])) }})
}

// password is everybody's in these tests.
const password = "correct horse battery staple"

func params(dir string, setup func(*testscript.Env) error) testscript.Params {
	p := people{}
	return testscript.Params{
		Dir: dir, Deadline: time.Now().Add(5 * time.Minute), RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PASSWORD", password)
			if setup != nil {
				return setup(e)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"founded": p.founded, "enrol": p.enrol, "word": p.word, "raise": p.raise,
			"start": start, "halt": halt, "get": get, "await": await, "close": closes, "later": later, "signed": signed,
			"sql": sql, "flip": flip, "keep": keep, "code": code, "valid": valid, "said": said,
		},
	}
}

// said keeps what was said last in a variable: said NAME 'a pattern with (a part)'.
func said(ts *testscript.TestScript, neg bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if neg || len(m) != 2 {
		ts.Fatalf("%s was not said", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// TestNoScriptStopsItself: "stop" ends a script and lets it pass, whatever stands below it.
func TestNoScriptStopsItself(t *testing.T) {
	for _, pattern := range []string{"testdata/script/*.txtar", "testdata/postgres/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if regexp.MustCompile(`(?m)^\s*(\[[^\]]*\]\s*)?stop\b`).Match(text) {
				t.Errorf("%s: what stands below its stop is never run; a program is ended with halt", file)
			}
		}
	}
}

func TestScripts(t *testing.T) { testscript.Run(t, params("testdata/script", nil)) }

// TestPostgresScripts are those that need a database beside the folder.
func TestPostgresScripts(t *testing.T) {
	db, empty, used := storetest.Postgres(t), storetest.Postgres(t), storetest.Postgres(t)
	other, err := stdsql.Open("pgx", used)
	if err == nil {
		_, err = other.Exec("create table patients (n int); create table appointments (n int)")
	}
	if err = errors.Join(err, other.Close()); err != nil {
		t.Fatal(err)
	}
	absent, err := url.Parse(empty)
	check(t, err)
	absent.Path = "/heed_not_there"
	testscript.Run(t, params("testdata/postgres", func(e *testscript.Env) error {
		e.Setenv("DB", db)
		e.Setenv("EMPTY", empty)
		e.Setenv("USED", used)
		e.Setenv("ABSENT", absent.String())
		return nil
	}))
}
