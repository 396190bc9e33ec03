package secureapi

// DashboardProps configure [API.Dashboard]. The zero value creates the dashboard and the queries.
type DashboardProps struct {
	// Name is the name of the dashboard in its account: letters, digits, - and _. Default: CloudFormation derives one from
	// the logical ID.
	Name string

	// NoQueries omits the saved queries of CloudWatch Logs Insights (AWS::Logs::QueryDefinition). Default: false.
	NoQueries bool
}
