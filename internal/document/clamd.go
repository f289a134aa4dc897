package document

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"time"

	"heed/internal/fail"
)

// Scanner looks for harmful software in a document.
type Scanner interface {
	// Scan says whether some was found. An error says that nobody could look.
	Scan(context.Context, *Content) (found bool, err error)
}

// Clamd is clamd, asked over its socket by INSTREAM: the document goes to it in memory
// and through no file.
type Clamd struct{ network, address string }

// NewClamd is the clamd at an address: a path of a socket, or host:port.
func NewClamd(address string) (*Clamd, error) {
	if strings.HasPrefix(address, "/") {
		return &Clamd{"unix", address}, nil
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, fail.New(fail.Bad, "Give clamd as the path of its socket, like /run/clamav/clamd.ctl, or as host:port")
	}
	return &Clamd{"tcp", address}, nil
}

// scanWithin is how long clamd may take for one document.
const scanWithin = time.Minute

// Scan sends the document in its chunks.
func (s *Clamd) Scan(ctx context.Context, c *Content) (found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, scanWithin)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, s.network, s.address)
	if err != nil {
		return false, fmt.Errorf("reach clamd: %w", err)
	}
	defer conn.Close() //nolint:errcheck // answered or given up
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	out := bufio.NewWriter(conn)
	_, _ = out.WriteString("zINSTREAM\x00") // a writer of bufio keeps its first error for Flush
	for _, chunk := range c.Chunks() {
		_, _ = out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(chunk)))) //nolint:gosec // at most ChunkSize
		_, _ = out.Write(chunk)
	}
	_, _ = out.Write([]byte{0, 0, 0, 0})
	sent := out.Flush()
	answer, err := bufio.NewReader(conn).ReadString(0)
	switch answer = strings.TrimSuffix(answer, "\x00"); {
	case strings.HasSuffix(answer, " FOUND"):
		return true, nil
	case err == nil && sent == nil && answer == "stream: OK":
		return false, nil
	case err != nil:
		return false, fmt.Errorf("ask clamd: %w", err)
	}
	return false, fmt.Errorf("ask clamd: it could not look (%w)", errAnswer)
}

var errAnswer = fail.New(fail.Busy, "an answer that is neither OK nor FOUND")

// Checked asks the scanner about a document, and gives the fault in words, or "".
// Whoever cannot be asked has not said that it is clean.
func Checked(ctx context.Context, s Scanner, f *File) string {
	if s == nil || f.content == nil {
		return ""
	}
	switch found, err := s.Scan(ctx, f.content); {
	case err != nil:
		return "The file could not be checked for harmful software, so nothing was saved. Choose it again in a few " +
			"minutes. If it goes on, tell your administrator"
	case found:
		return "Harmful software was found in the selected file, so nothing was saved. Do not open it, and tell your IT " +
			"service"
	}
	return ""
}
