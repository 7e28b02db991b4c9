correct {event of: reuniram-se a 12 de novembro} --date 2013-11-02 --reason "a misprint: the ministers met on the 2nd" --author "R. Dias"
