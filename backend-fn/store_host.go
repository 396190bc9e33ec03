//go:build gatehouse_host

package main

// inMemory reports whether orders are kept in memory although there is a table. On a developer's machine that table
// does not exist, unless AWS_ENDPOINT_URL_DYNAMODB says where one that speaks DynamoDB's protocol is. Should this build
// be deployed all the same, orders are not lost: on Lambda the code is in /var/task.
func inMemory(getenv func(string) string) bool {
	return getenv("AWS_ENDPOINT_URL_DYNAMODB") == "" && getenv("LAMBDA_TASK_ROOT") != "/var/task"
}
