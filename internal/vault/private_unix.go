//go:build unix

package vault

import (
	"os"
	"syscall"
)

const noFollow = syscall.O_NOFOLLOW

// ownedByAnother says that a file belongs neither to the user Heed runs as nor to root.
func ownedByAnother(i os.FileInfo) bool {
	st, ok := i.Sys().(*syscall.Stat_t)
	return ok && st.Uid != 0 && int(st.Uid) != os.Geteuid()
}

func openToOthers(i os.FileInfo) bool { return i.Mode().Perm()&0o077 != 0 }

func lockFile(f *os.File, exclusive bool) error {
	how := syscall.LOCK_SH
	if exclusive {
		how = syscall.LOCK_EX
	}
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if err != syscall.EINTR {
			return err
		}
	}
}

// tryLockFile takes the lock for itself alone, if nobody has it.
func tryLockFile(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// unlockFile is by closing, or by another lock; it is here so that both systems read alike.
func unlockFile(*os.File) {}
