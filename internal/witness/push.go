package witness

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"heed/internal/fail"
	"heed/record"
)

// Push shows a checkpoint to the witness at url and gives the signature lines that
// v made, verified; signatures of anybody else are left out.
//
// When the witness remembers another size than oldSize, the error is fail.Stale
// and known is that size: ask again with a proof from there. fail.Tampered means that
// the witness holds another history: it remembers a larger tree, or another tree of
// the same size, or the proof does not hold. fail.Busy means that it could not be
// asked. known is -1 when the witness did not say.
func Push(ctx context.Context, client *http.Client, url string, v record.Verifier, note []byte, oldSize int64, proof []record.Hash) (cosig []byte, known int64, err error) {
	c, err := record.PeekCheckpoint(note)
	if err != nil {
		return nil, -1, fmt.Errorf("push checkpoint: %w", err)
	}
	status, body, err := post(ctx, client, url, request{oldSize, proof, note}.bytes())
	if err != nil {
		return nil, -1, fail.Wrap(fail.Busy, err, "The witness %s could not be reached", v.Name())
	}
	switch status {
	case http.StatusOK:
		cosig, err := signatures(note, body, v)
		return cosig, c.Size, err
	case http.StatusConflict:
		return conflict(body, v, c.Size, oldSize)
	case http.StatusUnprocessableEntity:
		return nil, oldSize, fail.New(fail.Tampered, "The witness %s holds another history of this log", v.Name())
	}
	return nil, -1, fail.New(fail.Busy, "The witness %s does not sign: it answered %d", v.Name(), status)
}

func conflict(body []byte, v record.Verifier, size, oldSize int64) ([]byte, int64, error) {
	text, ok := strings.CutSuffix(string(body), "\n")
	known, err := record.ParseSize(text)
	switch {
	case !ok || err != nil:
		return nil, -1, fail.New(fail.Busy, "The witness %s gave an answer that is not of the protocol", v.Name())
	case known > size:
		return nil, known, fail.New(fail.Tampered, "The witness %s has signed a tree of %d leaves and this one has %d: an older copy was put back", v.Name(), known, size)
	case known == oldSize:
		return nil, known, fail.New(fail.Tampered, "The witness %s has signed another tree of %d leaves", v.Name(), known)
	}
	return nil, known, fail.New(fail.Stale, "The witness %s last signed a tree of %d leaves", v.Name(), known)
}

// post sends the request; it follows no redirect, so that a proof goes nowhere else.
func post(ctx context.Context, client *http.Client, url string, body []byte) (int, []byte, error) {
	c := http.Client{Timeout: 20 * time.Second}
	if client != nil {
		c = *client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(url, "/")+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	q.Header.Set("Content-Type", "text/plain; charset=utf-8")
	a, err := c.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(a.Body, maxRequest))
	return a.StatusCode, answer, err
}

// signatures takes v's verified lines out of a witness's answer.
func signatures(note, answer []byte, v record.Verifier) ([]byte, error) {
	_, sigs, err := record.OpenNote(append(append([]byte(nil), note...), answer...), v)
	if err != nil {
		return nil, fail.Wrap(fail.Busy, err, "The witness %s gave no signature of its own", v.Name())
	}
	var out []byte
	for _, s := range sigs {
		out = append(out, s.Line...)
	}
	return out, nil
}

// Remote is a witness somewhere else, as a log is told of it.
type Remote struct {
	URL      string
	Verifier record.Verifier
	Client   *http.Client // nil: one that gives up after 20 seconds
}

// Name is the witness's name.
func (r Remote) Name() string { return r.Verifier.Name() }

// Cosign is Push.
func (r Remote) Cosign(ctx context.Context, note []byte, oldSize int64, proof []record.Hash) (lines []byte, known int64, err error) {
	return Push(ctx, r.Client, r.URL, r.Verifier, note, oldSize, proof)
}
