package settings

// The attributes that are the key of each item in a table of sessions, and the one by which DynamoDB finds the time
// from which it may remove an item.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
const (
	TablePartitionKey  = "pk"
	TableSortKey       = "sk"
	TableTimeAttribute = "ttl"
)

// OpenActions are the IAM actions on the table that opening, renewing and ending one session take, and AllActions
// those that the other methods of a login take besides.
var (
	OpenActions = []string{"dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:PutItem"}
	AllActions  = []string{"dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"}
)
