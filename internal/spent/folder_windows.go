package spent

// syncFolder has nothing to do: names are durable with their files there.
func syncFolder(string) error { return nil }
