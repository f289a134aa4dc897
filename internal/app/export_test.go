package app

import (
	"context"

	"heed/internal/access"
	"heed/internal/session"
)

// Notice is what stands above the pages of somebody in a role.
func (a *App) Notice(ctx context.Context, r access.Role) []string {
	return a.notice(ctx, session.Who{Role: string(r)})
}
