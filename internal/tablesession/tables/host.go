//go:build gatehouse_host

package tables

import (
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/driver"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

// hostTable returns the table in the memory of "gatehouse dev", or nil if the environment names none.
func hostTable(getenv func(string) string) (tablesession.Table, error) {
	at := getenv(driver.Variable)
	if at == "" {
		return nil, nil
	}
	return memory.Dial(at, nil)
}
