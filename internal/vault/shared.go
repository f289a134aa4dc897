package vault

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"heed/internal/fail"
)

// Several programs on one PostgreSQL share one key store. A copy of it looks the same, and
// grows apart with the next key: each then lacks keys of the other. So all who use one
// file hold its mark beside it, locked, and show that number to each other by the
// database; whoever finds the file unused chooses a new one. A copy is used by
// nobody yet, and its number is another than that of the program that is at work.

// suffixMark is the name of the mark, after that of its key store.
const suffixMark = ".mark"

const wordsCopied = "Another Heed is at work on this database with a key store of its own, of which %s is a " +
	"copy (or the other way about). Two key stores grow apart, and what one seals the other cannot open. Name the key " +
	"store that is in use, with --key-store or HEED_KEY_STORE (all programs on one database share one, on a file " +
	"system with working locks), or stop the other first"

// joins shows by which key store this program works, and refuses when others work by another.
func (v *Vault) joins(ctx context.Context) (err error) {
	var others int
	v.mark, others, err = v.store.Mark(ctx, v.chooseMark)
	return v.alone(others, err)
}

// OneKeyStore is nil while every program on this database works by the same key store.
func (v *Vault) OneKeyStore(ctx context.Context) error {
	if v.mark == nil {
		return nil
	}
	return v.alone(v.mark.Show(ctx))
}

func (v *Vault) alone(others int, err error) error {
	if err == nil && others > 0 {
		err = fail.New(fail.Conflict, wordsCopied, v.file.path)
	}
	return err
}

// chooseMark reads the mark of the key store if somebody uses it, else makes a new one.
// The file stays locked for as long as the vault is, and open for reading only, so that
// its disk can be mounted anew for reading only.
func (v *Vault) chooseMark() (int32, error) {
	path := v.file.path + suffixMark
	number, err := markIn(path)
	if err == nil {
		v.marked, err = os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	}
	if err == nil {
		err = lockFile(v.marked, false)
	}
	if err != nil {
		return 0, fileFault(err, theMark, path)
	}
	return number, nil
}

// markIn is the number in a mark that somebody holds; a mark that nobody holds has a new one put in.
func markIn(path string) (number int32, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|noFollow, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var raw [4]byte
	if !tryLockFile(f) {
		_, err = io.ReadFull(f, raw[:])
		return int32(binary.BigEndian.Uint32(raw[:])), err
	}
	defer unlockFile(f)
	if _, err := rand.Read(raw[:]); err != nil {
		return 0, err
	}
	raw[0] &= 0x7f
	_, err = f.WriteAt(raw[:], 0)
	return int32(binary.BigEndian.Uint32(raw[:])), err
}

const theMark = "mark of the key store"

// leaves takes the mark away.
func (v *Vault) leaves() error {
	if v.mark == nil {
		return nil
	}
	v.mark.Hide()
	f := v.marked
	if v.marked = nil; f == nil {
		return nil
	}
	unlockFile(f)
	return f.Close()
}
