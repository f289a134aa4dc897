// Package record is the format in which Heed keeps and proves its history.
package record
