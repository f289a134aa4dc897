package vault

import "embed"

// Migrations are the vault's tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS
