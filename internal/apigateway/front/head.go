package front

import (
	"net/netip"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// head is a request without its body, and tells how the body is framed.
type head struct {
	verb, path, query, host string

	protocol string // "HTTP/1.1" or "HTTP/1.0"
	headers  exchange.Headers

	length  int64 // the length of the body; -1 if it is chunked
	persist bool  // the connection stays open
	expects bool  // the client waits for status 100 before it sends the body
}

// parseHead parses the request line and the header, including the empty line. The caller has checked that lines end in
// CRLF. count is the number of header lines.
//
// It preserves names, and trims white space around values. As RFC 9112 requires, it refuses white space before the
// colon (section 5.1), folded lines (5.2), control characters (RFC 9110, section 5.5), a missing or second Host (3.2),
// and everything that makes the body's length ambiguous (6.3).
func parseHead(text string, count int) (h head, refused *refusal) {
	line, rest := cutLine(text)
	if refused := h.requestLine(line); refused != nil {
		return h, refused
	}
	h.headers = make(exchange.Headers, 0, count)
	f := framing{}
	for {
		line, rest = cutLine(rest)
		if line == "" {
			break
		}
		name, v, refused := headerLine(line)
		if refused != nil {
			return h, refused
		}
		if refused := f.note(name, v); refused != nil {
			return h, refused
		}
		h.headers = append(h.headers, exchange.Header{Name: name, Value: v})
	}
	return h, h.applyFraming(&f)
}

// cutLine returns the first line of text, without its CRLF, and the rest.
func cutLine(text string) (line, rest string) {
	i := strings.IndexByte(text, '\n')
	return text[:i-1], text[i+1:]
}

// headerLine splits a line of a header, or of a trailer.
func headerLine(line string) (name, v string, refused *refusal) {
	if line[0] == ' ' || line[0] == '\t' {
		return "", "", malformed("a header line begins with white space: lines cannot be folded")
	}
	colon := strings.IndexByte(line, ':')
	if colon < 0 || !httpname.IsToken(line[:colon]) {
		return "", "", malformed("a header line has no valid name")
	}
	name, v = line[:colon], trimSpace(line[colon+1:])
	if !httpname.IsValue(v) {
		return "", "", malformed("the value of %s has a control character", name)
	}
	return name, v, nil
}

// trimSpace trims spaces and tabs, the only white space that is allowed around a value.
func trimSpace(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

func (h *head) requestLine(line string) *refusal {
	first, last := strings.IndexByte(line, ' '), strings.LastIndexByte(line, ' ')
	if first <= 0 || first == last {
		return malformed("the request line is not METHOD TARGET HTTP/1.1")
	}
	h.verb, h.protocol = line[:first], line[last+1:]
	if !httpname.IsToken(h.verb) {
		return malformed("the method has a character that no method has")
	}
	switch p := h.protocol; {
	case p == "HTTP/1.1", p == "HTTP/1.0":
	case len(p) == 8 && strings.HasPrefix(
		p,
		"HTTP/",
	) && p[5] >= '0' && p[5] <= '9' && p[6] == '.' && p[7] >= '0' && p[7] <= '9':
		return &refusal{status: 505, reason: "want HTTP/1.1 or HTTP/1.0, got " + p}
	default:
		return malformed("the request line does not end in HTTP/1.1")
	}
	return h.target(line[first+1 : last])
}

// target reads the request target (RFC 9112, section 3.2).
func (h *head) target(t string) *refusal {
	if !target.containsAll(t) || t == "" {
		return malformed("the target has a character that must be encoded")
	}
	if t == "*" && h.verb == "OPTIONS" {
		h.path = t
		return nil
	}
	if t[0] != '/' { // must be the absolute form
		scheme, rest, ok := strings.Cut(t, "://")
		if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
			return malformed("the target is not a path")
		}
		end := strings.IndexAny(rest, "/?")
		if end < 0 {
			end = len(rest)
		}
		if h.host = rest[:end]; !validHost(h.host) {
			return malformed("the target has no valid host")
		}
		if t = rest[end:]; t == "" || t[0] == '?' {
			t = "/" + t
		}
	}
	h.path, h.query, _ = strings.Cut(t, "?")
	for i := 0; i < len(h.path); i++ {
		if h.path[i] == '%' {
			if i+2 >= len(h.path) || !hex.contains(h.path[i+1]) || !hex.contains(h.path[i+2]) {
				return malformed("the path has a percent sign that no two digits follow")
			}
			i += 2
		}
	}
	// "not supported for any request URL query string and must be URL-encoded":
	// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
	if strings.ContainsAny(h.query, "|{}") {
		return malformed("the query string has one of | { }, which must be encoded")
	}
	return nil
}

// validHost reports whether s is a name or an address, with or without a port.
func validHost(s string) bool {
	name, port := s, ""
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return false
		}
		if ip, err := netip.ParseAddr(s[1:end]); err != nil || !ip.Is6() || ip.Zone() != "" {
			return false
		}
		if name, port = "address", s[end+1:]; port != "" && port[0] != ':' {
			return false
		}
		port = strings.TrimPrefix(port, ":")
	} else if i := strings.IndexByte(s, ':'); i >= 0 {
		name, port = s[:i], s[i+1:]
	}
	return name != "" && host.containsAll(name) && strings.Trim(port, "0123456789") == ""
}
