package front

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// framing is what the header says about the body and the connection.
type framing struct {
	host, length, coding, expect string

	hosts, lengths, codings, expects int // how many lines there are of each

	closes, keeps bool
	badTrailer    bool // the trailer is announced to have headers that frame the body
}

// note reads a header line. It compares the lengths of names first.
func (f *framing) note(name, v string) *refusal {
	switch len(name) {
	case len("Host"):
		if strings.EqualFold(name, "Host") {
			f.host = v
			f.hosts++
		}
	case len("Expect"):
		if strings.EqualFold(name, "Expect") {
			f.expect = v
			f.expects++
		}
	case len("Trailer"):
		if strings.EqualFold(name, "Trailer") {
			for field := range strings.SplitSeq(v, ",") {
				// RFC 9110, section 6.5.1
				switch field = trimSpace(field); {
				case strings.EqualFold(field, "Transfer-Encoding"),
					strings.EqualFold(field, "Content-Length"),
					strings.EqualFold(field, "Trailer"):
					f.badTrailer = true
				}
			}
		}
	case len("Connection"):
		if strings.EqualFold(name, "Connection") {
			for option := range strings.SplitSeq(v, ",") {
				switch option = trimSpace(option); {
				case strings.EqualFold(option, "close"):
					f.closes = true
				case strings.EqualFold(option, "keep-alive"):
					f.keeps = true
				}
			}
		}
	case len("Content-Length"):
		if strings.EqualFold(name, "Content-Length") {
			f.length = v
			f.lengths++
		}
	case len("Transfer-Encoding"):
		if strings.EqualFold(name, "Transfer-Encoding") {
			f.coding = v
			f.codings++
		}
	}
	if f.hosts > 1 || f.lengths > 1 || f.codings > 1 || f.expects > 1 {
		return malformed("%s is there twice", name)
	}
	return nil
}

// applyFraming decides how the body is framed and whether the connection stays open. A request with both a length and a
// coding could end in two places, so that one server would read its body as another request and a second server would
// not (RFC 9112, sections 6.3 and 11.2). It is refused, and so is everything else that is ambiguous.
func (h *head) applyFraming(f *framing) *refusal {
	newer := h.protocol == "HTTP/1.1"
	h.persist = newer && !f.closes || !newer && f.keeps && !f.closes
	switch {
	case f.hosts == 0 && newer:
		return malformed("there is no Host header")
	case f.hosts > 0 && !validHost(f.host):
		return malformed("the Host header is not a host")
	case h.host == "":
		h.host = f.host
	default: // the host in the target has precedence (RFC 9112, section 3.2.2)
		for i := range h.headers {
			if strings.EqualFold(h.headers[i].Name, "Host") {
				h.headers[i] = exchange.Header{Name: h.headers[i].Name, Value: h.host}
			}
		}
	}
	if f.codings > 0 {
		switch {
		case f.lengths > 0:
			return malformed("both Content-Length and Transfer-Encoding are there")
		case !newer:
			return malformed("HTTP/1.0 has no Transfer-Encoding")
		case !strings.EqualFold(f.coding, "chunked"):
			return &refusal{status: 501, reason: "of the transfer codings only chunked is known"}
		case f.badTrailer:
			return malformed("a trailer cannot frame the body")
		}
		h.length = -1
	} else if f.lengths > 0 {
		if h.length = parseLength(f.length); h.length < 0 {
			return malformed("Content-Length is not a number")
		}
	}
	if f.expects > 0 {
		if !strings.EqualFold(f.expect, "100-continue") {
			return &refusal{status: 417, reason: "of the expectations only 100-continue is known"}
		}
		h.expects = newer && h.length != 0
	}
	return nil
}

// parseLength parses a number that consists of digits only. It returns -1 for anything else, and for more than 18
// digits.
func parseLength(s string) int64 {
	if s == "" || len(s) > 18 {
		return -1
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n
}
