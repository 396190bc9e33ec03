package session

import (
	"errors"
	"slices"
)

// Site is where a request comes from, according to the browser's Sec-Fetch-Site header, which no script can change.
// Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
type Site int

// The sites. OtherSite is a value that this release does not know.
const (
	OtherSite  Site = iota
	SameOrigin      // a page of this host
	SameSite        // a page of a sibling host
	CrossSite       // any other page
	None            // the user: the address bar, a bookmark
)

// ErrSite reports that a request does not say where it comes from, or says it twice.
var ErrSite = errors.New("session: want one Sec-Fetch-Site, which browsers send")

// ParseSite parses the values of a request's Sec-Fetch-Site headers. It returns an [ErrSite] if the header is missing,
// empty or repeated.
func ParseSite(values []string) (Site, error) {
	if len(values) != 1 || values[0] == "" || slices.Contains([]byte(values[0]), ',') {
		return OtherSite, ErrSite
	}
	switch values[0] {
	case "same-origin":
		return SameOrigin, nil
	case "same-site":
		return SameSite, nil
	case "cross-site":
		return CrossSite, nil
	case "none":
		return None, nil
	}
	return OtherSite, nil
}

// Trusted reports whether a request may change anything. It may if it comes from one of the host's own pages, or from a
// page of a sibling host with exactly one Origin, which must be among the allowed ones.
func (s Site) Trusted(origins, allowed []string) bool {
	return s == SameOrigin || s == SameSite && len(origins) == 1 && slices.Contains(allowed, origins[0])
}

// SafeVerb reports whether a request with this verb changes nothing (RFC 9110, section 9.2.1). The unsafe verbs of API
// Gateway are DELETE, PATCH, POST and PUT.
func SafeVerb(verb string) bool {
	switch verb {
	case "GET", "HEAD", "OPTIONS":
		return true
	}
	return false
}
