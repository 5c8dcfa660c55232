-- A message that is none of ours was taken from one of our queues and dropped.
count('foreign_messages')
return 1
