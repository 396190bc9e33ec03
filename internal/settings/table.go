package settings

// The attributes of a table of sessions: those that are the key of each item, and the one by which DynamoDB knows when
// it may remove an item.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
const (
	TablePartitionKey  = "pk"
	TableSortKey       = "sk"
	TableTimeAttribute = "ttl"
)

// OpenActions are the IAM actions on the table for opening, renewing and ending one session. AllActions are the actions
// for the other methods of a login as well.
var (
	OpenActions = []string{"dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:PutItem"}
	AllActions  = []string{"dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"}
)
