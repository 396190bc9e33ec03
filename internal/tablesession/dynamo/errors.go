package dynamo

import (
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// explain converts an error of the SDK into [tablesession.ErrConflict], or into an error that can be logged.
func explain(call string, err error) error {
	if dynamoclient.IsConditionFailed(err) {
		return tablesession.ErrConflict
	}
	explained, _ := dynamoclient.Explain(call, err)
	return explained
}
