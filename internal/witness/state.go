package witness

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"

	"heed/internal/durable"
	"heed/internal/fail"
	"heed/record"
)

// state is the witness's whole memory. The file is its JSON on one line, and a
// second line with the SHA-256 of the first in hexadecimal.
type state struct {
	Witness record.Verifier   `json:"witness"`
	Logs    map[string]memory `json:"logs"`
}

// memory is what is remembered of one log: the last checkpoint that was signed,
// with the log's signature and the cosignature, and when.
type memory struct {
	Note string `json:"note"`
	At   int64  `json:"at"` // µs UTC
}

const maxState = 64 << 20

func (s state) with(origin string, m memory) state {
	logs := maps.Clone(s.Logs)
	logs[origin] = m
	return state{s.Witness, logs}
}

func (s state) bytes() ([]byte, error) {
	b, err := json.Marshal(s) // maps are written in order of key: one state, one text
	if err != nil {
		return nil, fmt.Errorf("write witness state: %w", err)
	}
	sum := sha256.Sum256(b)
	return fmt.Appendf(b, "\n%x\n", sum), nil
}

func parseState(b []byte) (s state, err error) {
	line, sum, ok := bytes.Cut(b, []byte("\n"))
	want := sha256.Sum256(line)
	if !ok || string(sum) != hex.EncodeToString(want[:])+"\n" {
		return s, errors.New("witness state: damaged or cut")
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return s, fmt.Errorf("witness state: %w", err)
	}
	if s.Logs == nil {
		s.Logs = map[string]memory{}
	}
	return s, nil
}

func readState(path string) (state, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return state{}, fail.Wrap(fail.Missing, err, "The witness's memory %s is not there. A witness that has lost its "+
			"memory is retired: make a new one with a new name and key", path)
	}
	if err != nil {
		return state{}, fmt.Errorf("open witness state: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxState+1))
	if err != nil {
		return state{}, fmt.Errorf("read witness state: %w", err)
	}
	s, err := parseState(b)
	if err != nil || len(b) > maxState {
		return state{}, fail.Wrap(fail.Tampered, err, "The witness's memory %s is damaged. A witness that has lost its "+
			"memory is retired: make a new one with a new name and key", path)
	}
	return s, nil
}

// create makes the first state file; it never replaces one.
func (s state) create(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fail.New(fail.Conflict, "The witness has a memory already in %s. It is made once only", path)
	}
	b, err := s.bytes()
	if err != nil {
		return err
	}
	return put(path, b)
}

// replace puts s in the place of before. If the file is not before's, somebody
// else has written it and nothing is known any more.
func (s state) replace(path string, before state) error {
	old, err := before.bytes()
	if err != nil {
		return err
	}
	found, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read witness state: %w", err)
	}
	if !bytes.Equal(found, old) {
		return errors.New("witness state: changed by somebody else")
	}
	b, err := s.bytes()
	if err != nil {
		return err
	}
	return put(path, b)
}

// put makes a file durable under its name.
func put(path string, b []byte) error {
	if err := durable.Replace(path, b); err != nil {
		return fmt.Errorf("write witness state: %w", err)
	}
	return nil
}
