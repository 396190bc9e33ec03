//go:build gatehouse_host

package main

// inMemory reports whether orders are kept in memory although there is a table. On a developer's machine that table
// does not exist, unless AWS_ENDPOINT_URL_DYNAMODB names a server with DynamoDB's protocol. If this build is deployed
// all the same, no orders are lost: on Lambda, where the code is in /var/task, it returns false.
func inMemory(getenv func(string) string) bool {
	return getenv("AWS_ENDPOINT_URL_DYNAMODB") == "" && getenv("LAMBDA_TASK_ROOT") != "/var/task"
}
