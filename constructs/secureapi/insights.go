package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"github.com/gatehouse-cdk/gatehouse/internal/monitor"
)

// saveQueries creates the queries. They are L1 constructs, because CDK's L2 requires a query in parts, and a dashboard
// shows a query as text.
func (w *watched) saveQueries() {
	for _, q := range monitor.Queries(w.plain) {
		var groups []any
		for _, name := range w.logGroups(q) {
			groups = append(groups, name)
		}
		awslogs.NewCfnQueryDefinition(w.api, &q.ID, &awslogs.CfnQueryDefinitionProps{
			Name:          &q.Name,
			QueryString:   &q.Text,
			LogGroupNames: &groups,
		})
	}
}
