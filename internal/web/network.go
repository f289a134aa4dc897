package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Addresses come from the connection, or from a proxy that the operator named; a
// header that anybody else sends is not read.

// network is the address's neighbourhood: itself in IPv4, the /64 in IPv6.
func network(a netip.Addr) string {
	a = a.Unmap()
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return p.String()
}

// network is the neighbourhood of whoever asks. When a proxy that was named tells it
// in no form that can be read, everybody counts as one: that is said once.
func (s *Site) network(q *Request) string {
	addr, told := clientAddr(q.http, s.o.TrustedProxies)
	if !told {
		s.deafened.Do(func() {
			s.o.Log.Warn("a proxy of --proxies sends no X-Forwarded-For that can be read: everybody behind it counts as one " +
				"network, and tries to log in slow each other down")
		})
	}
	return network(addr)
}

// clientAddr is who connected, or whom a trusted proxy names: the last address in
// X-Forwarded-For that is not itself a trusted proxy. told is false when a trusted
// proxy connected and its header cannot be read.
func clientAddr(r *http.Request, trusted []netip.Prefix) (addr netip.Addr, told bool) {
	from := func(a netip.Addr) bool {
		return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
	}
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, true
	}
	addr = ap.Addr().Unmap()
	if !from(addr) {
		return addr, true
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, ok := hopAddr(hop)
		if !ok {
			return addr, false
		}
		addr = a.Unmap()
		if !from(addr) {
			break
		}
	}
	return addr, true
}

// hopAddr reads one address as proxies write it: alone, with a port, and in
// brackets with or without one (Azure's Application Gateway writes ports).
func hopAddr(hop string) (netip.Addr, bool) {
	hop = strings.TrimSpace(hop)
	if ap, err := netip.ParseAddrPort(hop); err == nil {
		return ap.Addr(), true
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	return a, err == nil
}
