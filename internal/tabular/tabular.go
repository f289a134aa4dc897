// Package tabular reads a file of rows and columns that comes from outside.
//
// It keeps true: nothing of a file is taken for more than text; a file is read line by line,
// in little memory, however long it is; what cannot be read is refused with the row and what
// to do; the same file gives the same rows and the same hash each time. It takes CSV in UTF-8,
// with commas, semicolons or tabs, which spreadsheets write: what they keep in workbooks
// (formulas, merged cells, links, macros) is not there in it.
//
// Trusted with nothing: whoever sends a file may mean harm.
package tabular

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"heed/internal/fail"
	"heed/internal/plain"
)

// Limits of a file.
const (
	MaxBytes   = 4 << 30
	MaxColumns = 200
	MaxCell    = 2000    // characters
	maxLine    = 1 << 20 // bytes that one row may have, over all its lines
)

// File is a file that can be read, again and again.
type File struct {
	Header []string // headings, without spaces around them
	Sum    string   // SHA-256, in hex

	in    io.ReadSeeker
	comma rune
}

// Line is a row of a file, as text. Its cells are as many as the headings.
type Line struct {
	Row   int // as a spreadsheet counts: the heading is 1
	Cells []string
}

// Open looks at a file: its kind, its headings and its hash. fail.Bad when it cannot be read.
func Open(in io.ReadSeeker) (*File, error) {
	f := &File{in: in}
	start := make([]byte, 8192)
	n, err := io.ReadFull(in, start)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if err := kind(start[:n]); err != nil {
		return nil, err
	}
	if f.Sum, err = f.sum(); err != nil {
		return nil, err
	}
	f.comma = comma(start[:n])
	for line, err := range f.lines() {
		if err != nil {
			return nil, err
		}
		f.Header = slices.Clone(line.Cells)
		break
	}
	return f, f.headed()
}

// kind refuses what is not text, by what it begins with.
func kind(start []byte) error {
	switch {
	case len(bytes.TrimSpace(start)) == 0:
		return fail.New(fail.Bad, "The file is empty")
	case bytes.HasPrefix(start, []byte("PK\x03\x04")), bytes.HasPrefix(start, []byte("\xd0\xcf\x11\xe0")):
		return fail.New(fail.Bad, "This is a workbook. Save the sheet as CSV UTF-8, and import that: a workbook can hold "+
			"formulas and merged cells, which do not say for sure what they mean")
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return fail.New(fail.Bad, "The file is in UTF-16. Save it as CSV UTF-8")
	case bytes.IndexByte(start, 0) >= 0:
		return fail.New(fail.Bad, "This is no file of text. Save the sheet as CSV UTF-8, and import that")
	}
	return nil
}

// comma is what stands between cells: of the three, which the heading has most of.
func comma(start []byte) rune {
	head, _, _ := bytes.Cut(start, []byte("\n"))
	best := ','
	for _, c := range ";\t" {
		if bytes.Count(head, []byte(string(c))) > bytes.Count(head, []byte(string(best))) {
			best = c
		}
	}
	return best
}

func (f *File) sum() (string, error) {
	if _, err := f.in.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("read file: %w", err)
	}
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(f.in, MaxBytes+1))
	if err != nil {
		return "", fmt.Errorf("read file: %w", err)
	}
	if n > MaxBytes {
		return "", fail.New(fail.Bad, "The file is larger than 4 GB. Divide it")
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Unchanged refuses a file that became another since it was opened.
func (f *File) Unchanged() error {
	sum, err := f.sum()
	if err == nil && sum != f.Sum {
		err = fail.New(fail.Stale, "The file became another while it was read. Look at it again")
	}
	return err
}

func (f *File) headed() error {
	if len(f.Header) > MaxColumns {
		return fail.New(fail.Bad, "The file has more than %d columns. Leave out those that are not needed", MaxColumns)
	}
	seen := map[string]int{}
	for i, h := range f.Header {
		was, twice := seen[strings.ToLower(h)]
		switch {
		case h == "":
			return fail.New(fail.Bad, "Column %s has no heading in row 1. Give it one, or leave the column out", Letter(i))
		case twice:
			return fail.New(fail.Bad, "Columns %s and %s have the same heading in row 1. Give one of them another", Letter(was),
				Letter(i))
		}
		seen[strings.ToLower(h)] = i
	}
	return nil
}

// Lines gives the rows after the heading, without those that are empty. A Line is the next
// one's, too. An error is the last that is given.
func (f *File) Lines() iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		first := true
		for line, err := range f.lines() {
			if first && err == nil {
				first = false
				continue
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

func (f *File) lines() iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		if _, err := f.in.Seek(0, io.SeekStart); err != nil {
			yield(Line{}, fmt.Errorf("read file: %w", err))
			return
		}
		in := bufio.NewReaderSize(f.in, 1<<16)
		if bom, _ := in.Peek(3); string(bom) == "\xef\xbb\xbf" {
			_, _ = in.Discard(3)
		}
		bound := &bounded{in: in}
		r := csv.NewReader(bound)
		r.Comma, r.ReuseRecord, r.FieldsPerRecord = f.comma, true, -1
		within, head := 0, true // line breaks within cells so far: a spreadsheet does not count them
		for ; ; head = false {
			cells, err := r.Read()
			bound.since = 0
			if errors.Is(err, io.EOF) {
				return
			}
			row := 0
			var parse *csv.ParseError
			if errors.As(err, &parse) {
				row = parse.StartLine - within
			} else if err == nil {
				row, _ = r.FieldPos(0)
				row -= within
			}
			if err = f.whole(row, head, cells, err); err != nil {
				yield(Line{}, err)
				return
			}
			for i, c := range cells {
				within += strings.Count(c, "\n")
				cells[i] = strings.TrimSpace(c)
			}
			if !head && strings.Join(cells, "") == "" {
				continue
			}
			if !yield(Line{row, cells}, nil) {
				return
			}
		}
	}
}

// whole refuses a row that cannot be what somebody wrote.
func (f *File) whole(row int, head bool, cells []string, err error) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, errLong):
		return fail.New(fail.Bad, "A row is too long, or a quotation mark is opened in it and never closed. It comes after "+
			"the last row that looks right in a spreadsheet")
	case errors.As(err, &parse):
		return fail.New(fail.Bad, `Row %d: a quotation mark stands where none may, or is not closed. Within quotation marks `+
			`it is written twice: ""`, row)
	case err != nil:
		return fmt.Errorf("read file: %w", err)
	case !head && len(cells) != len(f.Header):
		return fail.New(fail.Bad, "Row %d has %s, and row 1 has %d. Look whether a separator stands in a cell without "+
			"quotation marks around it", row, plain.Count(len(cells), "cell", "cells"), len(f.Header))
	}
	for i, c := range cells {
		if !utf8.ValidString(c) {
			return fail.New(fail.Bad, "Row %d, column %s: these letters are not in UTF-8. Save the file as CSV UTF-8", row,
				Letter(i))
		}
		if fault := (plain.Field{Label: "column " + Letter(i), Limit: MaxCell}).Fault(c); fault != "" {
			return fail.New(fail.Bad, "Row %d: %s", row, fault)
		}
	}
	return nil
}

// Letter is what a spreadsheet calls a column, counted from 0: A … Z, AA …
func Letter(column int) string {
	if column < 26 {
		return string(rune('A' + column))
	}
	return Letter(column/26-1) + Letter(column%26)
}

var errLong = errors.New("tabular: a row without an end")

// bounded ends a row that has no end: a quotation mark that is never closed would take the
// whole file into memory.
type bounded struct {
	in    io.Reader
	since int // bytes read since the last row
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.since > maxLine {
		return 0, errLong
	}
	n, err := b.in.Read(p)
	b.since += n
	return n, err
}
