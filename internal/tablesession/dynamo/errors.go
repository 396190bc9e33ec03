package dynamo

import (
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// explain turns an error of the SDK into [tablesession.ErrConflict], or into one that can be logged.
func explain(call string, err error) error {
	if dynamoclient.IsConditionFailed(err) {
		return tablesession.ErrConflict
	}
	explained, _ := dynamoclient.Explain(call, err)
	return explained
}
