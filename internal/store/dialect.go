package store

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"heed/internal/store/engine"
)

// translated turns the one text of a schema into an engine's own. This is the whole
// difference: SERIALKEY is a key that counts upwards in order of insertion, WHOLEKEY one
// that is given, in the order of which rows lie where the engine can lay them so.
// ("blob" needs no turning: PostgreSQL has a domain of that name.)
func translated(d *engine.Dialect, text string) string {
	return strings.NewReplacer("SERIALKEY", d.Serial, "WHOLEKEY", d.Whole).Replace(text)
}

// merged is one flat folder of all migrations, turned into the engine's dialect.
func merged(d *engine.Dialect, sources []fs.FS) (folder, error) {
	all := folder{}
	for _, source := range sources {
		names, err := fs.Glob(source, "migrations/*.sql")
		if err != nil {
			return nil, fmt.Errorf("list migrations: %w", err)
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("store: a source of migrations holds no migrations/*.sql")
		}
		for _, name := range names {
			text, err := fs.ReadFile(source, name)
			if err != nil {
				return nil, fmt.Errorf("read migration: %w", err)
			}
			base := path.Base(name)
			if old, twice := all[base]; twice && old != translated(d, string(text)) {
				return nil, fmt.Errorf("store: two migrations are called %s", base)
			}
			all[base] = translated(d, string(text))
		}
	}
	return all, nil
}

// folder is a read-only file system of one folder, held in memory.
type folder map[string]string

var _ fs.ReadDirFS = folder(nil)

func (f folder) Open(name string) (fs.File, error) {
	text, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &file{Reader: bytes.NewReader([]byte(text)), info: info{name, int64(len(text))}}, nil
}

func (f folder) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	var list []fs.DirEntry
	for _, n := range slices.Sorted(maps.Keys(f)) {
		list = append(list, fs.FileInfoToDirEntry(info{n, int64(len(f[n]))}))
	}
	return list, nil
}

type file struct {
	io.Reader
	info info
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

type info struct {
	name string
	size int64
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return 0o444 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }
