package dpop

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/percent"
)

// URL is a URL of a request.
type URL struct {
	// Host is the name that the client called, in any case, with the port unless it is 443.
	Host string

	// Path is the path that the client called, undecoded: with the stage at the API's own address, and with the base path
	// at a custom domain.
	Path string

	// Stage is the stage, for the development gateway.
	Stage string
}

// Under returns the URLs of a path under a base URL, such as "https://shop.example.com/api", which has passed
// [httpname.CheckBaseURL]. At the root of a base URL with a path, clients may leave the slash at the end out.
func Under(base, path string) []URL {
	host, prefix, _ := strings.Cut(strings.TrimPrefix(base, "https://"), "/")
	if prefix == "" {
		return []URL{{Host: host, Path: path}}
	}
	urls := []URL{{Host: host, Path: "/" + prefix + path}}
	if path == "/" {
		urls = append(urls, URL{Host: host, Path: "/" + prefix})
	}
	return urls
}

// String returns the URL for logs.
func (u URL) String() string { return "https://" + u.Host + u.Path }

// orOf returns URLs for logs.
func orOf(urls []URL) string {
	texts := make([]string, len(urls))
	for i, u := range urls {
		texts[i] = u.String()
	}
	return strings.Join(texts, " or ")
}

// is reports whether a htu is this URL. As RFC 9449, section 4.3 asks, both are normalized by syntax and scheme (RFC
// 3986, sections 6.2.2 and 6.2.3): the case of scheme and host, the port 443, an empty path, the case of escapes, and
// escapes of unreserved characters make no difference. A htu with a query, a fragment, user information or dot segments
// is refused.
func (u URL) is(htu string, local bool) bool {
	scheme, rest, ok := strings.Cut(htu, "://")
	if !ok || strings.ContainsAny(htu, "?#@\\") {
		return false
	}
	https := lower(scheme) == "https"
	if !https && !(local && lower(scheme) == "http") {
		return false
	}
	host, path := rest, "/"
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	host, mine := lower(host), lower(u.Host)
	if https {
		host, mine = strings.TrimSuffix(host, ":443"), strings.TrimSuffix(mine, ":443")
	} else {
		host, mine = strings.TrimSuffix(host, ":80"), strings.TrimSuffix(mine, ":80")
	}
	if mine == "" || host != mine {
		return false
	}
	path, ok = normal(path)
	if !ok {
		return false
	}
	own, ok := normal(u.Path)
	if !ok {
		return false
	}
	return path == own || local && u.Stage != "" && u.withoutMount(path) == own
}

// withoutMount returns a path of the development gateway with the stage in place of the first segment that an app with
// several APIs has there, such as "/prod-orders/7" for "/prod/7".
func (u URL) withoutMount(path string) string {
	first, rest, _ := strings.Cut(path[1:], "/")
	if !strings.HasPrefix(first, u.Stage+"-") {
		return path
	}
	return "/" + u.Stage + "/" + rest
}

// lower folds the case of ASCII letters.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

// normal returns a path whose escapes are in upper case, and not of unreserved characters. It returns false for a path
// with an incomplete escape or a dot segment, which clients resolve before they send a request.
func normal(path string) (string, bool) {
	if path == "" {
		return "/", true
	}
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] != '%' {
			b.WriteByte(path[i])
			continue
		}
		c, ok := percent.Byte(path[i:])
		if !ok {
			return "", false
		}
		if strings.IndexByte(unreserved, c) >= 0 {
			b.WriteByte(c)
		} else {
			const digits = "0123456789ABCDEF"
			b.WriteString(string([]byte{'%', digits[c>>4], digits[c&15]}))
		}
		i += 2
	}
	for segment := range strings.SplitSeq(b.String(), "/") {
		if segment == "." || segment == ".." {
			return "", false
		}
	}
	return b.String(), true
}
