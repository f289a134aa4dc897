package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"heed/internal/fail"
)

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false) // cells are named "col=a & trust=A"
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// grid writes a text table with aligned columns.
func grid(w io.Writer, header []string, rows [][]string) error {
	width := make([]int, len(header))
	for i, h := range header {
		width[i] = len([]rune(h))
	}
	for _, r := range rows {
		for i, f := range r {
			width[i] = max(width[i], len([]rune(f)))
		}
	}
	for _, r := range append([][]string{header}, rows...) {
		var b strings.Builder
		for i, f := range r {
			b.WriteString(f)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-len([]rune(f))+2))
			}
		}
		if _, err := fmt.Fprintln(w, b.String()); err != nil {
			return err
		}
	}
	return nil
}

// Output is how the answer is written.
type Output struct {
	Format string `enum:"json,table,svg" default:"table" help:"How to write the answer: ${enum}."`
}

// Input is where the numbers come from.
type Input struct {
	File    string `arg:"" optional:"" help:"CSV file; standard input when left out or -."`
	Options string `help:"JSON file of options, as in the reference vectors."`
}

// load reads the options file into dst, which is left alone when there is none. A whole
// vector file is taken too: its options count.
func load(name string, dst any) error {
	if name == "" {
		return nil
	}
	raw, err := readSmall(name)
	if err != nil {
		return err
	}
	var outer struct{ Options json.RawMessage }
	if json.Unmarshal(raw, &outer) == nil && len(outer.Options) > 0 {
		raw = outer.Options
	}
	return decode(raw, dst)
}

func decode(raw []byte, dst any) error {
	if err := json.Unmarshal(raw, dst); err != nil {
		return fail.Wrap(fail.Bad, err, "the options are not as expected: write JSON with the field names of the "+
			"reference vectors")
	}
	return nil
}

func readSmall(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fail.Wrap(fail.Bad, err, "the file %s cannot be opened: check its name", name)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxJSON+1))
	if err != nil {
		return nil, fail.Wrap(fail.Bad, err, "the file %s cannot be read", name)
	}
	if len(raw) > maxJSON {
		return nil, fail.New(fail.Bad, "the file %s is larger than %d MiB: options are shorter than that", name, maxJSON>>20)
	}
	return raw, nil
}

// noPicture refuses --format svg where there is nothing to draw.
func noPicture(what string) error {
	return fail.New(fail.Bad, "%s has no picture: use --format json or table", what)
}
