package postgres

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"heed/internal/fail"
)

func TestPostgresThatMayForgetIsRefused(t *testing.T) {
	for _, c := range []struct {
		version                        int
		commit, fsync, pages, encoding string
		sound                          bool
	}{
		{150018, "on", "on", "on", "UTF8", true}, {180004, "remote_apply", "on", "on", "UTF8", true},
		{140022, "on", "on", "on", "UTF8", false},
		{150018, "off", "on", "on", "UTF8", false}, {150018, "local", "on", "on", "UTF8", false},
		{150018, "remote_write", "on", "on", "UTF8", false},
		{150018, "on", "off", "on", "UTF8", false}, {150018, "on", "on", "off", "UTF8", false},
		{150018, "on", "on", "on", "SQL_ASCII", false},
	} {
		if err := judged(c.version, c.commit, c.fsync, c.pages, c.encoding); (err == nil) != c.sound || !c.sound &&
			!fail.Is(err, fail.Conflict) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// C7: nothing goes over a network in the clear, or to a server that could be anybody.
func TestPostgresOverANetworkNeedsTLS(t *testing.T) {
	for address, sound := range map[string]bool{
		"postgres://u@/heed?host=/run/postgresql":                      true,
		"postgres://u@127.0.0.1/heed?sslmode=disable":                  true,
		"postgres://u@[::1]/heed":                                      true,
		"postgres://u@localhost/heed":                                  true,
		"postgres://u@db.example/heed?sslmode=verify-full":             true,
		"postgres://u@db.example/heed":                                 false,
		"postgres://u@db.example/heed?sslmode=disable":                 false,
		"postgres://u@db.example/heed?sslmode=prefer":                  false,
		"postgres://u@db.example/heed?sslmode=require":                 false,
		"postgres://u@localhost,db.example/heed?sslmode=disable":       false,
		"postgres://u:secret@db.example:notaport/heed":                 false,
		"postgres://u@db.example,db2.example/heed?sslmode=verify-full": true,
		"postgres://u@10.0.0.1/heed?sslmode=allow":                     false,
	} {
		_, err := config(address)
		if (err == nil) != sound {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestKindsOfTheServersErrors(t *testing.T) {
	for code, kind := range map[string]fail.Kind{
		"53100": fail.Full, "25006": fail.ReadOnly, "55P03": fail.Busy, "57014": fail.Busy, "57P01": fail.Busy,
		"08006": fail.Busy, "42P01": fail.Broken, "23505": fail.Broken,
	} {
		err := fmt.Errorf("insert: %w", &pgconn.PgError{Code: code})
		if got := fail.KindOf(translate(err)); got != kind {
			t.Errorf("%s is %v, want %v", code, got, kind)
		}
	}
	if err := fail.New(fail.Stale, "x"); translate(err) != error(err) {
		t.Error("translate changed an error that has a kind")
	}
}

func TestOnlyAnOrdinaryErrorOfACommitIsANo(t *testing.T) {
	for _, c := range []struct {
		err error
		no  bool
	}{
		{&pgconn.PgError{Severity: "FEHLER", SeverityUnlocalized: "ERROR", Code: "40001"}, true},
		{fmt.Errorf("commit: %w", &pgconn.PgError{SeverityUnlocalized: "ERROR", Code: "23503"}), true},
		// ended while waiting for the standby
		{&pgconn.PgError{Severity: "ERROR", SeverityUnlocalized: "FATAL", Code: "57P01"}, false},
		{&pgconn.PgError{SeverityUnlocalized: "PANIC", Code: "XX000"}, false},
		{io.ErrUnexpectedEOF, false},
		{context.DeadlineExceeded, false},
	} {
		if saidNo(c.err) != c.no {
			t.Errorf("%v: %v", c.err, !c.no)
		}
	}
}
