package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"heed/internal/clock"
)

// client is one keep-alive connection that speaks as little HTTP as it can: the
// clients share the cores with what is measured.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

func connect(addr string) (*client, error) {
	conn, err := dial(addr)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &client{conn, bufio.NewReaderSize(conn, 16<<10)}, nil
}

func (c *client) close() { _ = c.conn.Close() }

// request sends one request as it stands and gives status and body.
func (c *client) request(raw []byte) (status int, body []byte, err error) {
	if _, err := c.conn.Write(raw); err != nil {
		return 0, nil, fmt.Errorf("send: %w", err)
	}
	length := -1
	chunked := false
	for first := true; ; first = false {
		l, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, nil, fmt.Errorf("read answer: %w", err)
		}
		text := strings.TrimRight(string(l), "\r\n")
		switch {
		case first:
			if len(text) < 12 {
				return 0, nil, errors.New("read answer: no status")
			}
			if status, err = strconv.Atoi(text[9:12]); err != nil {
				return 0, nil, fmt.Errorf("read answer: %w", err)
			}
			continue
		case text == "":
			body, err := c.body(length, chunked)
			return status, body, err
		}
		name, value, _ := strings.Cut(text, ": ")
		switch name {
		case "Content-Length":
			if length, err = strconv.Atoi(value); err != nil {
				return 0, nil, fmt.Errorf("read answer: %w", err)
			}
		case "Transfer-Encoding":
			chunked = true
		}
	}
}

func (c *client) body(length int, chunked bool) ([]byte, error) {
	if !chunked {
		body := make([]byte, max(length, 0))
		_, err := io.ReadFull(c.in, body)
		return body, err
	}
	var body []byte
	for {
		l, err := c.in.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("read piece: %w", err)
		}
		n, err := strconv.ParseInt(strings.TrimSpace(l), 16, 32)
		if err != nil {
			return nil, fmt.Errorf("read piece: %w", err)
		}
		piece := make([]byte, n+2)
		if _, err := io.ReadFull(c.in, piece); err != nil {
			return nil, fmt.Errorf("read piece: %w", err)
		}
		if n == 0 {
			return body, nil
		}
		body = append(body, piece[:n]...)
	}
}

// run is what a number of clients saw.
type run struct {
	count, refused int
	words          string // of the first refusal
	took           time.Duration
	each           []time.Duration // sorted
}

func (r run) rate() float64 { return float64(r.count-r.refused) / r.took.Seconds() }

// at is the time within which this share of the requests was answered.
func (r run) at(share float64) time.Duration {
	if len(r.each) == 0 {
		return 0
	}
	return r.each[min(len(r.each)-1, int(share*float64(len(r.each))))]
}

// drive has clients send count requests between them, each as soon as its last is
// answered; raw makes the n-th request of a client; want is the status of a yes.
func drive(addr string, clients, count, want int, raw func(client, n int) []byte) (run, error) {
	var left atomic.Int64
	left.Store(int64(count))
	var mu sync.Mutex
	out := run{count: count}
	var failed error
	conns := make([]*client, clients)
	for i := range conns {
		c, err := connect(addr)
		if err != nil {
			return out, err
		}
		defer c.close()
		conns[i] = c
	}
	took := clock.Stopwatch()
	var all sync.WaitGroup
	for i, c := range conns {
		all.Go(func() {
			each := make([]time.Duration, 0, count/clients+1)
			refused, words := 0, ""
			var err error
			for n := 0; err == nil && left.Add(-1) >= 0; n++ {
				request := raw(i, n)
				one := clock.Stopwatch()
				status, body, e := c.request(request)
				each = append(each, one())
				if err = e; e == nil && status != want {
					refused++
					words = fmt.Sprintf("%d %.200s", status, body)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			out.each = append(out.each, each...)
			out.refused += refused
			if out.words == "" {
				out.words = words
			}
			failed = errors.Join(failed, err)
		})
	}
	all.Wait()
	out.took = took()
	slices.Sort(out.each)
	return out, failed
}
