package document

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync"
	"time"
)

// Spool is the memory in which documents lie while they are taken or given out: never
// a file, which would hold them unsealed. It has a bound over all of them at once, and
// one for each person, so that nobody fills it for everybody, nor a few together: who
// has more there than is left free takes no more. What one person sends in a day is
// bounded, too, because it stays on the disk. A nil Spool has no bound.
type Spool struct {
	whole *whole
	who   string // whose share this is; "" for nobody's
}

type whole struct {
	most int64
	now  func() time.Time

	mu    sync.Mutex
	used  int64
	share map[string]int64
	day   time.Time        // of which these are:
	sent  map[string]int64 // bytes taken from each person
}

// NewSpool is a spool of so many bytes. now tells when a day is over.
func NewSpool(most int64, now func() time.Time) *Spool {
	return &Spool{whole: &whole{most: most, now: now, share: map[string]int64{}, sent: map[string]int64{}}}
}

// Of is the same spool for one person, who has a share of it.
func (s *Spool) Of(who string) *Spool {
	if s == nil {
		return nil
	}
	return &Spool{whole: s.whole, who: who}
}

const (
	mostOfOne = MostBytes      // what lies there for one person at once
	mostADay  = 10 * MostBytes // what one person sends in a day, as each process counts it
)

// SlowLine is how long a document may be on its way in or out.
const SlowLine = 10 * time.Minute

// SpoolBytes is the bound of an installation: six of the largest documents at once.
const SpoolBytes = 6 * MostBytes

var (
	// ErrFull says that too many documents are on their way.
	ErrFull = errors.New("document: the spool is full")
	// ErrTooLarge says that a document has more than MostBytes.
	ErrTooLarge = errors.New("document: too large")
)

// Busy is said when the spool is full.
const Busy = "The file was not taken, because too many files are being sent at this moment. Wait a minute and " +
	"choose it again"

// TooMuch is said to somebody who has sent as much as they may in a day.
const TooMuch = "The file was not taken, because you have sent as many files today as one person may. Send it " +
	"tomorrow, or ask somebody else of your team to send it"

func (s *Spool) take(n int64) bool {
	if s == nil {
		return true
	}
	w := s.whole
	w.mu.Lock()
	defer w.mu.Unlock()
	free, mine := w.most-w.used-n, w.share[s.who]+n
	if free < 0 || s.who != "" && (mine > mostOfOne || mine > free) {
		return false
	}
	w.used += n
	if s.who != "" {
		w.share[s.who] += n
	}
	return true
}

func (s *Spool) giveBack(n int64) {
	if s == nil {
		return
	}
	w := s.whole
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used -= n
	if s.who == "" {
		return
	}
	if w.share[s.who] -= n; w.share[s.who] <= 0 {
		delete(w.share, s.who)
	}
}

// counted counts what somebody sent today; false when it is more than they may.
func (s *Spool) counted(n int64) bool {
	if s == nil || s.who == "" {
		return true
	}
	w := s.whole
	w.mu.Lock()
	defer w.mu.Unlock()
	if day := w.now().UTC().Truncate(24 * time.Hour); !day.Equal(w.day) {
		w.day = day
		clear(w.sent)
	}
	if w.sent[s.who]+n > mostADay {
		return false
	}
	w.sent[s.who] += n
	return true
}

// Used is how many bytes lie in it.
func (s *Spool) Used() int64 {
	s.whole.mu.Lock()
	defer s.whole.mu.Unlock()
	return s.whole.used
}

// Read reads a document to its end. On an error nothing of it is left.
func (s *Spool) Read(r io.Reader) (*Content, error) {
	return s.Fill(func(w io.Writer) error {
		_, err := io.Copy(w, r)
		return err
	})
}

// Take reads a document that somebody sends, to its end. One that is too large, or
// that there is no room for, is let go by and says so. Nil when nothing was chosen. An
// error is of the line.
func (s *Spool) Take(name string, in io.Reader) (*File, error) {
	c, err := s.Read(in)
	switch {
	case errors.Is(err, ErrTooLarge):
		_, err = io.Copy(io.Discard, in)
		return refused(name, TooLarge), err
	case errors.Is(err, ErrFull):
		_, err = io.Copy(io.Discard, in)
		return refused(name, Busy), err
	case err != nil:
		return nil, err
	case name == "" && c.size == 0:
		return nil, nil //nolint:nilnil // nothing was chosen
	case !s.counted(c.size):
		c.Close()
		return refused(name, TooMuch), nil
	}
	return New(name, c), nil
}

// Fill takes a document from whoever writes it. On an error nothing of it is left.
func (s *Spool) Fill(write func(io.Writer) error) (*Content, error) {
	f := filling{Content: &Content{spool: s}, hash: sha256.New()}
	if err := write(&f); err != nil {
		f.Close()
		return nil, err
	}
	f.sum = [sha256.Size]byte(f.hash.Sum(nil))
	return f.Content, nil
}

type filling struct {
	*Content
	hash hash.Hash
}

// Write takes more of the document, a chunk at a time.
func (f *filling) Write(b []byte) (n int, err error) {
	if f.size+int64(len(b)) > MostBytes {
		return 0, ErrTooLarge
	}
	f.hash.Write(b) //nolint:errcheck // a hash never fails
	for n < len(b) {
		last := len(f.chunks) - 1
		if last < 0 || len(f.chunks[last]) == ChunkSize {
			if !f.spool.take(ChunkSize) {
				return n, ErrFull
			}
			f.chunks = append(f.chunks, make([]byte, 0, ChunkSize))
			last++
		}
		m := min(len(b)-n, ChunkSize-len(f.chunks[last]))
		f.chunks[last] = append(f.chunks[last], b[n:n+m]...)
		n, f.size = n+m, f.size+int64(m)
	}
	return n, nil
}
