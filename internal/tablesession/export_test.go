package tablesession

// ItemOf returns the item that a session was read from.
func ItemOf(o *Opened) *Item { return o.item }

// PartitionOf returns the partition of a session's item.
func PartitionOf(o *Opened) string { return o.item.Partition }

// SIDPartition returns the partition of the items for a sid.
func SIDPartition(issuer, sid string) string {
	where, err := partition(sidPrefix, issuer, sid)
	if err != nil {
		panic(err)
	}
	return where
}

// The times of leases.
const (
	LeaseFor  = leaseFor
	LeaseSkew = leaseSkew
	Settling  = settling
	EndedFor  = endedFor
)
