package stats

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

// fuzzCommand feeds a reader with anything: it must answer or refuse, never panic, and
// a refusal is one line of Bad that does not repeat the input.
func fuzzCommand(f *testing.F, run func(in io.Reader) error, seeds ...string) {
	for _, s := range append(seeds, "", "\xff\xfe", "a,b\n\"", "\uFEFFx,n\n1,2\n", "a\n\n\n", strings.Repeat(",", 3000)) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		err := run(bytes.NewReader(in))
		if err == nil {
			return
		}
		var e *fail.Error
		if !errors.As(err, &e) || e.Kind != fail.Bad && e.Kind != fail.Refused {
			t.Fatalf("not a refusal: %v", err)
		}
		if strings.ContainsAny(words(err), "\n\r") && !bytes.ContainsAny(in, "\"") {
			t.Fatalf("more than one line: %q", words(err))
		}
	})
}

func FuzzXmr(f *testing.F) {
	o := &xmrOptions{ImprovementDirection: "increase"}
	fuzzCommand(f, func(in io.Reader) error {
		r, err := judgeXmr(in, o)
		if err == nil {
			err = drawXmr(io.Discard, r, Picture{})
		}
		return err
	}, "series,period,value,ghosted\nA,2022-04-01,1,0\nA,2022-05-01,,1\n")
}

func FuzzFunnel(f *testing.F) {
	fuzzCommand(f, func(in io.Reader) error {
		r, err := compareFunnel(in, funnelOptions{DataType: "PR"})
		if err == nil {
			err = drawFunnel(io.Discard, r, Picture{})
		}
		return err
	}, "unit,numerator,denominator\nA,1,2\nB,3,4\n")
}

func FuzzInterval(f *testing.F) {
	fuzzCommand(f, func(in io.Reader) error {
		s, err := readCSV(in)
		if err != nil {
			return err
		}
		rows, err := intervals(s, "rate", 1)
		if err == nil {
			err = drawIntervals(io.Discard, rows, "rate", Picture{})
		}
		return err
	}, "label,x,n\nA,1,2\n,,3\n")
}

func FuzzKappa(f *testing.F) {
	fuzzCommand(f, func(in io.Reader) error {
		_, err := agreement(in)
		return err
	}, "case,r1,r2\n1,a,b\n2,,b\n", "case,r1,r2\n1,1,2.0\n")
}

func FuzzTable(f *testing.F) {
	fuzzCommand(f, func(in io.Reader) error {
		l, err := readTable("t", in)
		if err != nil || len(l.table.Cells) > 200 {
			return err
		}
		_, err = attack.Run([]attack.Table{l.table}, nil, attack.HES, 10_000)
		return err
	}, "trust,a,b,Total\nA,*,2,3\nTotal,1,2,3\n", "trust,year,value\nA,2024,*\nTotal,Total,5\n")
}

// endless is a file that never ends.
type endless struct{ row string }

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], e.row)
	}
	return n, nil
}

// TestEndless: a hostile file ends at a limit.
func TestEndless(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 64 MiB")
	}
	for name, row := range map[string]string{"rows": "1,2\n", "one field": "aaaaaaaa", "columns": "a,"} {
		if _, err := readCSV(endless{row}); !fail.Is(err, fail.Bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
