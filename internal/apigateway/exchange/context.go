package exchange

import "strings"

// FullPath is the path with the stage or, by a custom domain, with its base path alone, undecoded, as
// requestContext.path and $context.path have it.
// Source for custom domains: https://github.com/localstack/localstack/pull/12296, which lists what AWS does.
func (r *Request) FullPath() string {
	if r.RawPath != "" {
		if r.Mount != "" {
			return strings.Replace(r.RawPath, r.Mount, r.Stage, 1)
		}
		return r.RawPath
	}
	return "/" + r.Stage + r.Path
}

// DomainPrefix is the first label of the domain name that the API is called by, as requestContext.domainPrefix and
// $context.domainPrefix have it. Of a name that has none, as localhost or an address, it is what AWS has there for an
// API without a domain of its own: its id.
func (r *Request) DomainPrefix(apiID string) string {
	name := r.Host
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[:i]
	}
	label, _, ok := strings.Cut(name, ".")
	if !ok || strings.Trim(label, "0123456789") == "" || strings.HasPrefix(label, "[") {
		return apiID
	}
	return label
}
