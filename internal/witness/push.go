package witness

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"heed/internal/fail"
	"heed/record"
)

// Push shows a checkpoint to the witness at an address and gives the signature lines that
// v made, verified; signatures of anybody else are left out.
//
// When the witness remembers another size than oldSize, or another tree of that
// size, the error is fail.Stale and known is what it remembers: ask again with a
// proof from there. fail.Conflict means that the proof does not hold for it.
// fail.Busy means that it could not be asked. None of them is signed: whoever is on
// the way can say them, and what the witness signed before (Remembered) proves more.
// known is -1 when the witness did not say.
func Push(ctx context.Context, client *http.Client, address string, v record.Verifier, note []byte, oldSize int64,
	proof []record.Hash) (cosig []byte, known int64, err error) {
	c, err := record.PeekCheckpoint(note)
	if err != nil {
		return nil, -1, fmt.Errorf("push checkpoint: %w", err)
	}
	status, body, err := post(ctx, client, address, request{oldSize, proof, note}.bytes())
	if err != nil {
		return nil, -1, fail.Wrap(fail.Busy, err, "The witness %s could not be reached", v.Name())
	}
	switch status {
	case http.StatusOK:
		cosig, err := signatures(note, body, v)
		return cosig, c.Size, err
	case http.StatusConflict:
		return conflict(body, v)
	case http.StatusUnprocessableEntity:
		return nil, oldSize, fail.New(fail.Conflict, "The witness %s answers that the proof does not hold", v.Name())
	}
	return nil, -1, fail.New(fail.Busy, "The witness %s does not sign: it answered %d", v.Name(), status)
}

func conflict(body []byte, v record.Verifier) ([]byte, int64, error) {
	text, ok := strings.CutSuffix(string(body), "\n")
	known, err := record.ParseSize(text)
	if !ok || err != nil {
		return nil, -1, fail.New(fail.Busy, "The witness %s gave an answer that is not of the protocol", v.Name())
	}
	return nil, known, fail.New(fail.Stale, "The witness %s answers that it signed a tree of %d leaves last",
		v.Name(), known)
}

// post sends the request. No redirect is followed, so that a proof goes nowhere else.
func post(ctx context.Context, client *http.Client, address string, body []byte) (int, []byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(address, "/")+"/add-checkpoint",
		bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	q.Header.Set("Content-Type", "text/plain; charset=utf-8")
	return send(client, q)
}

func send(client *http.Client, q *http.Request) (int, []byte, error) {
	c := http.Client{Timeout: 20 * time.Second}
	if client != nil {
		c = *client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
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

// Key is what its signatures are checked with.
func (r Remote) Key() record.Verifier { return r.Verifier }

// Remembered asks for the last checkpoint of a log that the witness signed.
func (r Remote) Remembered(ctx context.Context, origin string) ([]byte, error) {
	address := strings.TrimSuffix(r.URL, "/") + "/remembered?origin=" + url.QueryEscape(origin)
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	status, note, err := send(r.Client, q)
	if err != nil || status != http.StatusOK {
		return nil, fail.Wrap(fail.Busy, err, "The witness %s does not show what it signed: it answered %d", r.Name(), status)
	}
	return note, nil
}

// Cosign is Push.
func (r Remote) Cosign(ctx context.Context, note []byte, oldSize int64, proof []record.Hash) (lines []byte, known int64,
	err error) {
	return Push(ctx, r.Client, r.URL, r.Verifier, note, oldSize, proof)
}
