package secureapi

// DashboardProps are the settings of [API.Dashboard]. The zero value makes the dashboard and the queries.
type DashboardProps struct {
	// Name of the dashboard in its account: letters, digits, - and _. Default: CloudFormation makes one of the logical id.
	Name string

	// NoQueries leaves out the saved queries of CloudWatch Logs Insights (AWS::Logs::QueryDefinition). Default: they are
	// there.
	NoQueries bool
}
