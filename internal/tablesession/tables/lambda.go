//go:build !gatehouse_host

package tables

import "github.com/gatehouse-cdk/gatehouse/internal/tablesession"

// hostTable returns nil. On Lambda each environment would have sessions of its own.
func hostTable(func(string) string) (tablesession.Table, error) { return nil, nil }
