//go:build gatehouse_functions

// The main packages of functions import HTTP, TLS, and for tables the client of DynamoDB. An app does not. No program
// is built with this tag, but "go get", "go mod tidy" and "go mod vendor" read the files of all tags, so that a
// consumer's go.sum has what the functions' builds need.
// Source: https://go.dev/ref/mod#go-mod-tidy ("acts as if all build tags are enabled")

package secureapi

import (
	_ "github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	_ "github.com/gatehouse-cdk/gatehouse/internal/login"
	_ "github.com/gatehouse-cdk/gatehouse/internal/tablesession/tables"
)
