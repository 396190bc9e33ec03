package main

import "strings"

// callerOf is the role that signed the request, "" on a public route. Its ARN is that of a session, whose last part the
// caller chooses: "arn:aws:sts::123456789012:assumed-role/ROLE/session". So that part says nothing about who it is.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func callerOf(r request) string {
	arn := r.RequestContext.Identity.UserArn
	if at := strings.LastIndex(arn, "/"); strings.Contains(arn, ":assumed-role/") && at > 0 {
		return arn[:at]
	}
	return arn
}
