package durable

import "os"

// SyncFolder has nothing to do: names are durable with their files there.
func SyncFolder(string) error { return nil }

// twice says that an open file may have another name: here it cannot be told.
func twice(*os.File) bool { return true }
