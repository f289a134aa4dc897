package backup

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The marks of the plain stream inside a backup: a table with its columns, its
// rows, and an end. A value is one byte for its type and its bytes.
const (
	frameTable = 'T'
	frameRow   = 'R'
	frameEnd   = 'E'

	valueNull  = 0
	valueInt   = 1
	valueText  = 2
	valueBytes = 3

	maxValue = 64 << 20
)

// frames writes or reads the stream and keeps the first error.
type frames struct {
	w   *bufio.Writer
	r   *bufio.Reader
	err error
}

func (f *frames) mark(b byte) {
	if f.err == nil {
		f.err = f.w.WriteByte(b)
	}
}

func (f *frames) bytes(b []byte) {
	if f.err == nil {
		_, f.err = f.w.Write(binary.AppendUvarint(nil, uint64(len(b))))
	}
	if f.err == nil {
		_, f.err = f.w.Write(b)
	}
}

func (f *frames) text(s string) { f.bytes([]byte(s)) }

func (f *frames) row(values []any) {
	f.mark(frameRow)
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			f.mark(valueNull)
		case int64:
			f.mark(valueInt)
			if f.err == nil {
				_, f.err = f.w.Write(binary.AppendVarint(nil, v))
			}
		case string:
			f.mark(valueText)
			f.text(v)
		case []byte:
			f.mark(valueBytes)
			f.bytes(v)
		default:
			f.err = fmt.Errorf("backup: a column holds a %T", v)
		}
	}
}

func (f *frames) flush() error {
	if f.err == nil {
		f.err = f.w.Flush()
	}
	return f.err
}

func (f *frames) readMark() byte {
	if f.err != nil {
		return 0
	}
	var b byte
	b, f.err = f.r.ReadByte()
	return b
}

func (f *frames) readBytes() []byte {
	if f.err != nil {
		return nil
	}
	n, err := binary.ReadUvarint(f.r)
	if err != nil || n > maxValue {
		f.err = errors.Join(err, errors.New("backup: length out of range"))
		return nil
	}
	// The room grows with what comes, not with what is claimed.
	var b bytes.Buffer
	b.Grow(int(min(n, 64<<10)))
	if _, err := io.CopyN(&b, f.r, int64(n)); err != nil {
		f.err = errors.Join(err, io.ErrUnexpectedEOF)
		return nil
	}
	return b.Bytes()
}

func (f *frames) readText() string { return string(f.readBytes()) }

func (f *frames) readRow(columns int) []any {
	values := make([]any, columns)
	for i := range values {
		switch kind := f.readMark(); {
		case f.err != nil:
			return nil
		case kind == valueNull:
		case kind == valueInt:
			values[i], f.err = binary.ReadVarint(f.r)
		case kind == valueText:
			values[i] = f.readText()
		case kind == valueBytes:
			values[i] = f.readBytes()
		default:
			f.err = errors.New("backup: unknown type of value")
		}
	}
	return values
}

// atEnd holds that nothing follows the end.
func (f *frames) atEnd() error {
	if _, err := f.r.ReadByte(); !errors.Is(err, io.EOF) {
		return damaged(errors.Join(err, errors.New("something follows the end")))
	}
	return nil
}
