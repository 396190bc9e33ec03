//go:build gatehouse_host

package tables

import (
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/driver"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

// here is the table that "gatehouse dev" has in memory; nil if the environment names none.
func here(getenv func(string) string) (tablesession.Table, error) {
	at := getenv(driver.Variable)
	if at == "" {
		return nil, nil
	}
	return memory.Dial(at, nil)
}
