package web

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"strings"

	"heed/internal/clock"
	"heed/internal/fail"
)

// What a request leaves in the log: method, the route's pattern (never the
// address, which may hold a reference), status, bytes, time taken, kind of
// failure. No query, no body, no header, no address of the client, no name.

type logKey struct{}

// logNote is filled in along the way, by one goroutine.
type logNote struct {
	pattern string
	kind    string
	cause   error
}

func noteRoute(r *http.Request, route *Route) {
	if n, ok := r.Context().Value(logKey{}).(*logNote); ok {
		n.pattern = route.Pattern
	}
}

func noteError(r *http.Request, err error) {
	if n, ok := r.Context().Value(logKey{}).(*logNote); ok {
		n.kind, n.cause = fail.KindOf(err).String(), err
	}
}

type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *countingWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (s *Site) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elapsed := clock.Stopwatch()
		note := &logNote{pattern: "none"}
		counting := &countingWriter{ResponseWriter: w}
		next.ServeHTTP(counting, r.WithContext(context.WithValue(r.Context(), logKey{}, note)))
		level := slog.LevelInfo
		attrs := []slog.Attr{slog.String("method", method(r)), slog.String("route", note.pattern),
			slog.Int("status", counting.status), slog.Int64("bytes", counting.bytes), slog.Duration("took", elapsed())}
		if note.kind != "" {
			attrs = append(attrs, slog.String("failure", note.kind))
		}
		if counting.status >= 500 || note.kind == fail.Tampered.String() {
			level = slog.LevelError
			attrs = append(attrs, slog.String("cause", causeText(note.cause)))
		}
		s.o.Log.LogAttrs(r.Context(), level, "request", attrs...)
	})
}

func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodHead:
		return r.Method
	}
	return "other"
}

// causeText is the error's own text. Errors never hold what was typed (see package fail).
func causeText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// panicked is a panic told as an error: the type of what was thrown and where,
// never its value, which may hold what somebody typed.
type panicked struct{ what, where string }

func (p *panicked) Error() string { return "panic: " + p.what + " at " + p.where }

func (s *Site) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			thrown := recover()
			if thrown == nil {
				return
			}
			if thrown == http.ErrAbortHandler {
				panic(thrown)
			}
			err := &panicked{what: typeName(thrown), where: frames()}
			if c, ok := w.(*countingWriter); ok && c.status != 0 {
				noteError(r, err)
				panic(http.ErrAbortHandler) // part of an answer is out: cut the connection
			}
			s.answerError(&Request{site: s, http: r, writer: w}, err)
		}()
		next.ServeHTTP(w, r)
	})
}

// typeName tells a runtime error by its text (which holds no typed words) and anything else by its type.
func typeName(thrown any) string {
	if e, ok := thrown.(runtime.Error); ok {
		return e.Error()
	}
	return strings.TrimPrefix(typeOf(thrown), "*")
}

func frames() string {
	var pcs [24]uintptr
	n := runtime.Callers(4, pcs[:])
	walk := runtime.CallersFrames(pcs[:n])
	var out []string
	for {
		f, more := walk.Next()
		if strings.HasPrefix(f.Function, "heed/") {
			out = append(out, strings.TrimPrefix(f.Function, "heed/internal/"))
		}
		if !more || len(out) == 6 {
			return strings.Join(out, " < ")
		}
	}
}
